import { applyEasy, checkInput, estimate, inputSchema, modelOf, nearestModel, priceKind } from '@kieq/models';

const model = modelOf('kling-3.0/video'); // undefined: not in the catalogue, which is no fault of the request
if (model !== undefined) {
  checkInput(model, { prompt: 'a cat', duration: 5 }); // [{ field: 'input.duration', rule: 'must be text', meant: '"5"' }, …]
  estimate(model, { duration: '10', sound: true }); // { kind: 'estimate', estimate: { low: 270, high: 270, lowUsd: 1.35, … } }
  inputSchema(model); // JSON Schema 2020-12
  applyEasy(model, { seconds: 7 }); // { input: { duration: '7' }, mapped: [{ from: 'seconds', field: 'input.duration', value: '7' }], problems: [] }
}
nearestModel('kling-3.0/vidoe'); // 'kling-3.0/video'
priceKind('kling-3.0/video', { duration: '5', sound: true }); // 'kling-3.0/video|5s|sound=true'
