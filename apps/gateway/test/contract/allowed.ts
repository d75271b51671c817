/**
 * The document lists the codes and leaves some questions open. The responses allowed there are listed here and nowhere
 * else; everything that is not listed is the same on every server.
 */
export const ALLOWED = {
  /**
   * HTTP status of an envelope with this code. Kie answers 200 to everything
   * (docs/kie/facts.md#envelope-and-errors); the gateway's status is the code, so that proxies and monitors see it too.
   */
  statusOf: (code: number): readonly number[] => [200, code],
  /** A body that is no JSON object: 400 is "Invalid request parameters", and Kie finds `model` missing in it. */
  unreadableBody: [400, 422],
  /**
   * A model that the document does not name. Kie knows its models and refuses the others at once. The gateway does not
   * know them, passes them on, and shows Kie's refusal as the failure of the task.
   */
  unknownModel: [200, 422],
  /**
   * What only Kie can judge, such as an image that it cannot fetch. Kie refuses at once with code and reason; the
   * gateway has answered by then, and shows the same code and reason as the failure of the task.
   */
  refusedByKie: (code: number): readonly number[] => [200, code],
  /** "Available when task is success": for a failed task they may be present or absent. */
  costTimeOfFailure: ['number', 'null'],
} as const;
