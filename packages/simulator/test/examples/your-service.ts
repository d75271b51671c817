/** A service of a reader, which the examples of the README test. */
export declare function makeVideo(url: string, prompt: string): Promise<Buffer>;
