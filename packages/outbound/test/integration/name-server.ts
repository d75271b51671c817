import type { Socket } from 'node:dgram';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';

import ipaddr from 'ipaddr.js';
import { onTestFinished } from 'vitest';

const TYPES = { 1: 'A', 28: 'AAAA' } as const;
type Answer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'silence';
const CODES = { NXDOMAIN: 3, SERVFAIL: 2 } as const;

/** Decides by name and type, such as `hook.example A`. */
export type Zone = (question: string) => Answer;

/** A name server on 127.0.0.1 over UDP that answers A and AAAA, enough for the resolver of Node. */
export async function nameServer(zone: Zone): Promise<{ readonly address: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const question = read(query);
    asked.push(question.text);
    const answer = zone(question.text);
    if (answer !== 'silence') reply(socket, query.subarray(0, question.end), answer, from.port);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return { address: `127.0.0.1:${socket.address().port}`, asked };
}

function read(query: Buffer): { text: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const type = query.readUInt16BE(at + 1);
  return { text: `${labels.join('.')} ${type === 1 || type === 28 ? TYPES[type] : type}`, end: at + 5 };
}

/** Header and question come back as asked, with the answer's flags, code and count. */
function reply(socket: Socket, query: Buffer, answer: Exclude<Answer, 'silence'>, port: number): void {
  const head = Buffer.from(query);
  const addresses = typeof answer === 'string' ? [] : answer;
  head.writeUInt16BE(0x8180 | (typeof answer === 'string' ? CODES[answer] : 0), 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8);
  socket.send(Buffer.concat([head, ...addresses.map(record)]), port, '127.0.0.1');
}

/** A record for the name in the question (a pointer to byte 12), class IN, 60 s. */
function record(address: string): Buffer {
  const data = ipaddr.parse(address).toByteArray();
  return Buffer.from([0xc0, 12, 0, isIPv4(address) ? 1 : 28, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]);
}
