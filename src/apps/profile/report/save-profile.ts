import { join } from 'node:path';
import { savePage } from '../../../report/save-page.js';
import { samplesCsv } from './csv.js';
import { reportText, type MemoryReport } from './profile-lines.js';
import { memoryPage } from './profile-page.js';

/**
 * Writes report.txt, samples.csv and memory.html into `directory`, and sequential.csv where there was such a run.
 * @returns their paths
 * @throws SrganError E_NOSPC, E_WRITE
 */
export async function saveMemoryReport(directory: string, report: MemoryReport): Promise<string[]> {
  const files = new Map([
    ['report.txt', reportText(report)],
    ['samples.csv', samplesCsv(report.profile.samples)],
    ['memory.html', memoryPage(report)],
  ]);
  if (report.sequential) files.set('sequential.csv', samplesCsv(report.sequential.samples));
  const paths: string[] = [];
  for (const [name, content] of files) {
    const path = join(directory, name);
    await savePage(path, content);
    paths.push(path);
  }
  return paths;
}
