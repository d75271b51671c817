#!/bin/sh
# Every call of the HTTP API with curl. Run it from the root of the repository:
#
#   GATEWAY_KEY=demo-key sh examples/http/curl.sh https://example.com/cat.jpg
#
# It creates seven generations, one of which it cancels. Use a simulated Kie, or pay for six.
set -eu
GATEWAY_URL=${GATEWAY_URL:-http://127.0.0.1:8080}
GATEWAY_KEY=${GATEWAY_KEY:-}
IMAGE_URL=${1:?usage: GATEWAY_KEY=… sh examples/http/curl.sh <image URL> [image file]}
FILE=${2:-examples/images/rocket.jpg}
VIDEO=${VIDEO:-/dev/null}
ORDER=order-$$-$(date +%s)

say() { printf '\n--- %s\n' "$1"; }
show() { printf '%s\n' "$RESPONSE"; }
# Prints the value of a field of one-line JSON.
field() { printf '%s\n' "$RESPONSE" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

say "Kie's own API: create"
RESPONSE=$(
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

say 'create: two calls with one idempotency key'
for _ in 1 2; do
  RESPONSE=$(
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

say 'create with convenience values'
curl -sS "$GATEWAY_URL/v1/generations" \
  -H "Authorization: Bearer $GATEWAY_KEY" \
  -H 'Content-Type: application/json' \
  -H "Idempotency-Key: $ORDER-easy" \
  -d '{
    "model": "kling/v2-1-pro",
    "input": { "prompt": "a slow pan" },
    "easy": { "image": "'"$IMAGE_URL"'", "seconds": 7 }
  }'

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

say 'what a request will cost, and what its model does not take'
curl -sS "$GATEWAY_URL/v1/estimate" \
  -H "Authorization: Bearer $GATEWAY_KEY" \
  -H 'Content-Type: application/json' \
  -d '{ "model": "kling/v2-1-pro", "input": { "prompt": "a slow pan", "image_url": "'"$IMAGE_URL"'", "duration": 5 } }'

say 'create with a delay, and cancel'
RESPONSE=$(
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

say 'follow until the generation has ended'
curl -sSN "$GATEWAY_URL/v1/generations/$ID/events" -H "Authorization: Bearer $GATEWAY_KEY"

say 'wait for the end in one request'
curl -sS "$GATEWAY_URL/v1/generations/$ID?wait=50" -H "Authorization: Bearer $GATEWAY_KEY"

say 'read'
curl -sS "$GATEWAY_URL/v1/generations/$ID" -H "Authorization: Bearer $GATEWAY_KEY"

say 'fetch the video from the archive, if there is one'
curl -sSL "$GATEWAY_URL/v1/generations/$ID/results/1" -H "Authorization: Bearer $GATEWAY_KEY" -o "$VIDEO"

say 'list'
RESPONSE=$(
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

say 'redrive of a class: dry run'
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
