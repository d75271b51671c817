// A worker of workerd: every request runs the check against the gateway of its query.
import * as client from '../../dist/index.js';
import { smoke } from './smoke.mjs';

export default {
  async fetch(request) {
    try {
      return new Response(await smoke(client, new URL(request.url).searchParams.get('gateway')));
    } catch (error) {
      return new Response(error.stack, { status: 500 });
    }
  },
};
