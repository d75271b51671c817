import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { uploadName } from '@kieq/domain';
import { z } from 'zod';
import { auditUpload } from '../audit.ts';
import { tenantFor } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { parseCaller } from '../problems.ts';
import { keepUpload } from '../uploads/keep-upload.ts';
import { fileOf, linkBase, UPLOAD_PATH } from '../uploads/upload-link.ts';
import { createStoreNaming } from '../v1/store-name.ts';
import { WARNINGS_HEADER } from '../warnings.ts';

const DEFAULT_TENANT = 'default';
/** Longest texts that Kie takes are not known; these are generous. */
const PATH_LIMIT = 1000;
const NAME_LIMIT = 255;

/** What Kie's three upload endpoints take next to the image. The gateway only returns it: links cannot be guessed. */
export const uploadFields = {
  uploadPath: z
    .string('must be text')
    .max(PATH_LIMIT, `must have at most ${PATH_LIMIT} characters`)
    .optional()
    .describe('Only returned in `filePath`: nothing is overwritten'),
  fileName: z
    .string('must be text')
    .max(NAME_LIMIT, `must have at most ${NAME_LIMIT} characters`)
    .optional()
    .describe('Only returned. Default: the last part of `downloadUrl`'),
};
const fieldsSchema = z.object(uploadFields);

const LINK = 'https://kieq.example/uploads/up_0123456789abcdef0123456789abcdef01234567.png';
/** The response of Kie's upload endpoints (docs/kie/facts.md#other-endpoints). */
export const uploadedSchema = z
  .object({
    success: z.literal(true),
    code: z.literal(200),
    msg: z.string(),
    data: z
      .object({
        fileName: z.string(),
        filePath: z.string(),
        downloadUrl: z.string().describe('Name the image by it in `input`, for three days'),
        fileUrl: z.string().describe('Same value as `downloadUrl`'),
        fileSize: z.int().describe('In bytes'),
        mimeType: z.string().describe('As recognised from the bytes'),
        uploadedAt: z.string().describe('ISO 8601'),
      })
      .meta({ id: 'KieUploadedFile' }),
  })
  .meta({
    id: 'KieUploadResponse',
    examples: [
      {
        success: true,
        code: 200,
        msg: 'File uploaded successfully',
        data: {
          fileName: 'cat.png',
          filePath: 'images/cat.png',
          downloadUrl: LINK,
          fileUrl: LINK,
          fileSize: 81_920,
          mimeType: 'image/png',
          uploadedAt: '2026-11-24T00:07:18.838Z',
        },
      },
    ],
  });
type Uploaded = z.infer<typeof uploadedSchema>;

/** An image that arrived, with what came next to it. */
export interface Arrived {
  readonly bytes: Buffer;
  /** Names the image in errors. */
  readonly field: string;
  /** From the caller; checked here. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Keeps an image that arrived, for the tenant of the caller. */
export type KeepArrived = (request: FastifyRequest, reply: FastifyReply, arrived: Arrived) => Promise<Uploaded>;

/** The last step of all three endpoints. */
export function createKeepArrived(app: FastifyInstance, deps: GatewayDeps): KeepArrived {
  const nameStore = createStoreNaming(deps);
  return async (request, reply, { bytes, field, fields }) => {
    const { uploadPath = '', fileName: named } = parseCaller(fieldsSchema, fields);
    const { caller } = request;
    if (caller === null) throw new Error('an upload was not authenticated');
    const base = await linkBase(app, deps);
    await nameStore();
    const kept = await keepUpload(deps, tenantFor(caller, undefined) ?? DEFAULT_TENANT, bytes, field);
    auditUpload(deps, request, uploadName(kept.ref));
    if (!base.isReachable) reply.header(WARNINGS_HEADER, UNREACHABLE);
    const file = fileOf(kept.token, kept.ref);
    const fileName = named ?? file;
    const downloadUrl = `${base.url}${UPLOAD_PATH}${file}`;
    return {
      success: true,
      code: 200,
      msg: 'File uploaded successfully',
      data: {
        fileName,
        filePath: uploadPath === '' ? fileName : `${uploadPath.replace(/\/+$/, '')}/${fileName}`,
        downloadUrl,
        fileUrl: downloadUrl,
        fileSize: bytes.length,
        mimeType: kept.contentType,
        uploadedAt: new Date(kept.keptAt).toISOString(),
      },
    };
  };
}

const UNREACHABLE =
  'downloadUrl can be named in createTask and cannot be opened, since PUBLIC_URL is not set for the gateway or the workers';
