import type { View } from '../report/render.ts';
import { number, text } from '../report/tables.ts';

export const archiveView: View = {
  columns: [
    text('copied', 'load'),
    number('archive MiB/s', 'archiveMibPerSecond'),
    number('bare MiB/s', 'bareMibPerSecond'),
    number('ratio', 'ratio', 2),
    number('bare with SHA-256 MiB/s', 'hashedMibPerSecond'),
    number('ratio', 'ratioHashed', 2),
    number('CPU ms per MiB, archive', 'archiveCpuMsPerMib', 2),
    number('bare', 'bareCpuMsPerMib', 2),
    number('with SHA-256', 'hashedCpuMsPerMib', 2),
  ],
};
