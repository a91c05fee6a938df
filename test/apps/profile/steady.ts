/** A program that takes and gives back: 8 MiB of its 40 are made anew every 20 ms, for as many ms as it is told. */
const kept = Array.from({ length: 5 }, () => Buffer.alloc(2 ** 23, 1));
let turn = 0;
const timer = setInterval(() => kept[turn++ % kept.length]!.fill(turn), 20);
setTimeout(() => clearInterval(timer), Number(process.argv[2]));
