#!/bin/sh
# The calls of the HTTP API by curl, one after the other, against a gateway. From the root of the repository:
#
#   GATEWAY_KEY=demo-key sh examples/http/curl.sh https://example.com/cat.jpg
#
# It makes six generations, one of which it cancels: point it at a simulated Kie, or pay for five.
set -eu
GATEWAY_URL=${GATEWAY_URL:-http://127.0.0.1:8080}
GATEWAY_KEY=${GATEWAY_KEY:-}
IMAGE_URL=${1:?usage: GATEWAY_KEY=… sh examples/http/curl.sh <image URL> [image file]}
FILE=${2:-examples/images/rocket.jpg}
VIDEO=${VIDEO:-/dev/null}
ORDER=order-$$-$(date +%s)

say() { printf '\n--- %s\n' "$1"; }
show() { printf '%s\n' "$ANSWER"; }
# The value of a field of one-line JSON.
field() { printf '%s\n' "$ANSWER" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

say "Kie's own API: create"
ANSWER=$(
  curl -sS "$GATEWAY_URL/api/v1/jobs/createTask" \
    -H "Authorization: Bearer $GATEWAY_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "model": "kling-2.6/image-to-video",
      "input": { "prompt": "a slow pan", "image_urls": ["'"$IMAGE_URL"'"], "sound": false, "duration": "5" }
    }'
)
show
TASK=$(field taskId)

say "Kie's own API: query"
curl -sS "$GATEWAY_URL/api/v1/jobs/recordInfo?taskId=$TASK" -H "Authorization: Bearer $GATEWAY_KEY"

say "Kie's own API: credits"
curl -sS "$GATEWAY_URL/api/v1/chat/credit" -H "Authorization: Bearer $GATEWAY_KEY"

say 'create once, even if sent repeatedly'
for _ in 1 2; do
  ANSWER=$(
    curl -sS "$GATEWAY_URL/v1/generations" \
      -H "Authorization: Bearer $GATEWAY_KEY" \
      -H 'Content-Type: application/json' \
      -H "Idempotency-Key: $ORDER" \
      -d '{
        "model": "kling-2.6/image-to-video",
        "input": { "prompt": "a slow pan", "image_urls": ["'"$IMAGE_URL"'"], "sound": false, "duration": "5" },
        "priority": 50,
        "metadata": { "order": "4711" }
      }'
  )
  show
done
ID=$(field id)

say 'create with an image file'
curl -sS "$GATEWAY_URL/v1/generations" \
  -H "Authorization: Bearer $GATEWAY_KEY" \
  -F 'request={"model":"kling-2.6/image-to-video","input":{"prompt":"a slow zoom","sound":false,"duration":"5"}}' \
  -F "image_urls=@$FILE"

say 'a batch: the second item is wrong, the others are created'
curl -sS "$GATEWAY_URL/v1/generations/batch" \
  -H "Authorization: Bearer $GATEWAY_KEY" \
  -H 'Content-Type: application/json' \
  -d '{ "items": [
    { "model": "kling-2.6/image-to-video", "idempotencyKey": "'"$ORDER"'-a",
      "input": { "prompt": "one", "image_urls": ["'"$IMAGE_URL"'"], "sound": false, "duration": "5" } },
    { "model": "kling-2.6/image-to-video", "idempotencyKey": "'"$ORDER"'-b",
      "input": { "prompt": "two", "image_urls": ["'"$IMAGE_URL"'"], "sound": false, "duration": 5 } },
    { "model": "kling-2.6/image-to-video", "idempotencyKey": "'"$ORDER"'-c",
      "input": { "prompt": "three", "image_urls": ["'"$IMAGE_URL"'"], "sound": false, "duration": "5" } }
  ] }'

say 'create for later, and cancel'
ANSWER=$(
  curl -sS "$GATEWAY_URL/v1/generations" \
    -H "Authorization: Bearer $GATEWAY_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "model": "kling-2.6/image-to-video",
      "input": { "prompt": "later", "image_urls": ["'"$IMAGE_URL"'"], "sound": false, "duration": "5" },
      "delayMs": 3600000
    }'
)
show
LATER=$(field id)
curl -sS -X DELETE "$GATEWAY_URL/v1/generations/$LATER" -H "Authorization: Bearer $GATEWAY_KEY"

say 'follow: the stream ends with the generation'
curl -sSN "$GATEWAY_URL/v1/generations/$ID/events" -H "Authorization: Bearer $GATEWAY_KEY"

say 'read'
curl -sS "$GATEWAY_URL/v1/generations/$ID" -H "Authorization: Bearer $GATEWAY_KEY"

say 'fetch the video from the archive, where there is one'
curl -sSL "$GATEWAY_URL/v1/generations/$ID/results/1" -H "Authorization: Bearer $GATEWAY_KEY" -o "$VIDEO"

say 'list'
ANSWER=$(
  curl -sS "$GATEWAY_URL/v1/generations?state=succeeded&from=2026-01-01&limit=1" \
    -H "Authorization: Bearer $GATEWAY_KEY"
)
show
CURSOR=$(field nextCursor)
if [ -n "$CURSOR" ]; then
  say 'list: the next page'
  curl -sS "$GATEWAY_URL/v1/generations?state=succeeded&from=2026-01-01&limit=1&cursor=$CURSOR" \
    -H "Authorization: Bearer $GATEWAY_KEY"
fi

say 'dead letters'
curl -sS "$GATEWAY_URL/v1/dead-letters?class=payment_unknown&limit=10" -H "Authorization: Bearer $GATEWAY_KEY"

say 'redrive of a class: what would happen'
curl -sS "$GATEWAY_URL/v1/dead-letters/redrive" \
  -H "Authorization: Bearer $GATEWAY_KEY" \
  -H 'Content-Type: application/json' \
  -d '{ "class": "insufficient_credits", "dryRun": true }'

say 'redrive of one: refused here, since it has no dead letter'
curl -sS "$GATEWAY_URL/v1/dead-letters/$ID/redrive" \
  -H "Authorization: Bearer $GATEWAY_KEY" \
  -H 'Content-Type: application/json' \
  -d '{ "payAgain": false }'

say 'the pool'
curl -sS "$GATEWAY_URL/v1/status" -H "Authorization: Bearer $GATEWAY_KEY"
echo
