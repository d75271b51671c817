import { readAtlas } from './atlas.ts';
import { Callers } from './callers.ts';
import { followJobs } from './passing.ts';
import { watchFiles } from './wire-files.ts';
import { watchHttp } from './wire-http.ts';
import { watchRedis } from './wire-redis.ts';

/**
 * Loaded into a real process of a built app (`node --import`), and into nothing else: at each point it looks for an arm
 * that the driver laid, takes it, tells the driver, and kills or stops its own process right there.
 * `KILL_MATRIX_ARMS` is the folder of the arms, `KILL_MATRIX_ATLAS` the file with the names; with `KILL_MATRIX_TRACE` the
 * points that are passed are told as well.
 */
const atlas = readAtlas(process.env['KILL_MATRIX_ATLAS'] ?? '');
const callers = new Callers(atlas);
followJobs();
watchRedis(atlas, callers);
watchHttp(callers);
watchFiles(callers);
