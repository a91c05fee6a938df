/** A program that never gives back what it takes: 1 MiB every 20 ms, for as many ms as it is told. */
const kept: Buffer[] = [];
const timer = setInterval(() => kept.push(Buffer.alloc(2 ** 20, 1)), 20);
setTimeout(() => clearInterval(timer), Number(process.argv[2]));
