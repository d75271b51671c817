import { inflateRawSync } from 'node:zlib';

const END = 0x06_05_4b_50;
const DEFLATED = 8;

/**
 * The files of a ZIP archive by their names, as far as such archives have neither 64-bit sizes nor encryption.
 * @throws Error where it is no such archive
 */
export function unzip(archive: Buffer): ReadonlyMap<string, Buffer> {
  const end = archive.lastIndexOf(Buffer.from(new Uint32Array([END]).buffer));
  if (end === -1) throw new Error('it is no ZIP archive: it has no directory');
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, size] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20)];
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const header = archive.readUInt32LE(at + 42);
    const from = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
    const packed = archive.subarray(from, from + size);
    if (!name.endsWith('/')) files.set(name, method === DEFLATED ? inflateRawSync(packed) : packed);
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return files;
}
