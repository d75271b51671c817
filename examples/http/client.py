"""The HTTP API from Python, with nothing but the standard library.

    GATEWAY_KEY=demo-key python3 examples/http/client.py <image URL> [image file]

It creates four generations, one of which it cancels, and one more with an image file. Use a simulated Kie, or pay for
them.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

GATEWAY_URL = os.environ.get("GATEWAY_URL", "http://127.0.0.1:8080")
GATEWAY_KEY = os.environ.get("GATEWAY_KEY", "")
POLL_S = float(os.environ.get("POLL_S", "5"))
ENDED = ("succeeded", "failed", "cancelled", "dead")


class GatewayError(Exception):
    def __init__(self, status, error):
        super().__init__(f"{status} {error['code']}: {error['message']}")
        self.status = status
        self.code = error["code"]
        self.problems = error.get("problems", [])


def send(method, path, data=None, content_type="application/json", headers={}):
    request = urllib.request.Request(GATEWAY_URL + path, data=data, method=method)
    request.add_header("Authorization", f"Bearer {GATEWAY_KEY}")
    if data is not None:
        request.add_header("Content-Type", content_type)
    for name, value in headers.items():
        request.add_header(name, value)
    try:
        return urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as refused:
        raise GatewayError(refused.code, json.load(refused)["error"]) from None


def call(method, path, body=None, headers={}):
    data = None if body is None else json.dumps(body).encode()
    with send(method, path, data, headers=headers) as response:
        return json.load(response)


def kling(prompt, image_url, **options):
    return {
        "model": "kling-2.6/image-to-video",
        "input": {"prompt": prompt, "image_urls": [image_url], "sound": False, "duration": "5"},
        **options,
    }


def create(request, idempotency_key):
    """Repeats the call while the gateway is unavailable. The same key never creates a second generation."""
    for _ in range(10):
        try:
            return call("POST", "/v1/generations", request, {"Idempotency-Key": idempotency_key})
        except GatewayError as error:
            if error.code != "unavailable":
                raise
        except urllib.error.URLError:
            pass
        time.sleep(2)
    raise TimeoutError("the gateway is unavailable")


def wait(generation):
    while True:
        view = call("GET", f"/v1/generations/{generation}")
        if view["state"] in ENDED:
            return view
        time.sleep(POLL_S)


def events(generation, last_event_id=None):
    """Server-Sent Events until the end; pass the last id received to resume after it."""
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    with send("GET", f"/v1/generations/{generation}/events", headers=headers) as response:
        fields = {}
        for line in response:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                fields[name] = value
            else:
                if "event" in fields:
                    yield fields.get("id"), fields["event"], json.loads(fields["data"])
                fields = {}


def every_generation(**filters):
    """All pages. A page may be short; only one without `nextCursor` is the last."""
    while True:
        page = call("GET", "/v1/generations?" + urllib.parse.urlencode(filters))
        yield from page["items"]
        if "nextCursor" not in page:
            return
        filters["cursor"] = page["nextCursor"]


def upload(request, image):
    """A form whose first part is the request; the image is appended to `input.image_urls`."""
    boundary = uuid.uuid4().hex

    def part(name, content, filename=""):
        return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{filename}\r\n\r\n'.encode() + content + b"\r\n"

    body = part("request", json.dumps(request).encode())
    body += part("image_urls", image, '; filename="image"')
    body += f"--{boundary}--\r\n".encode()
    with send("POST", "/v1/generations", body, f"multipart/form-data; boundary={boundary}") as response:
        return json.load(response)


def is_signed(secret, headers, body):
    """Standard Webhooks. `headers` with names in lower case, `body` the bytes as received."""
    encoded = re.fullmatch(r"whsec_([A-Za-z0-9+/]{4,}={0,2})", secret)
    key = base64.b64decode(encoded[1]) if encoded else secret.encode()
    timestamp = headers["webhook-timestamp"]
    content = f"{headers['webhook-id']}.{timestamp}.".encode() + body
    digest = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    is_recent = abs(time.time() - int(timestamp)) <= 300
    return is_recent and any(
        hmac.compare_digest(signature, f"v1,{digest}") for signature in headers["webhook-signature"].split(" ")
    )


def is_signed_as_by_kie(secret, headers, task_id):
    """Kie's signature; the key is the whole text of the secret."""
    timestamp = headers["x-webhook-timestamp"]
    digest = base64.b64encode(hmac.new(secret.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256).digest())
    is_recent = abs(time.time() - int(timestamp)) <= 300
    return is_recent and hmac.compare_digest(headers["x-webhook-signature"].encode(), digest)


def main():
    if len(sys.argv) < 2:
        sys.exit("Usage: GATEWAY_KEY=… python3 examples/http/client.py <image URL> [image file]")
    image_url = sys.argv[1]
    order = f"order-{uuid.uuid4()}"

    first = create(kling("a slow pan", image_url, priority=50), order)
    again = create(kling("a slow pan", image_url, priority=50), order)
    print("created", first["id"], "and the same again:", again["id"] == first["id"])

    for _, event, data in events(first["id"]):
        print(f"  {event}: {data}")
    view = wait(first["id"])
    print(view["state"], *view["resultUrls"])

    batch = call("POST", "/v1/generations/batch", {
        "items": [
            kling("one", image_url, idempotencyKey=f"{order}-a"),
            kling("", image_url, idempotencyKey=f"{order}-b"),
            kling("three", image_url, idempotencyKey=f"{order}-c"),
        ]
    })
    for item in batch["items"]:
        print(item["id"] if item["ok"] else item["error"]["problems"])

    later = call("POST", "/v1/generations", kling("later", image_url, delayMs=3_600_000))
    print(call("DELETE", f"/v1/generations/{later['id']}"))

    if len(sys.argv) > 2:
        with open(sys.argv[2], "rb") as image:
            request = {
                "model": "kling-2.6/image-to-video",
                "input": {"prompt": "a slow zoom", "sound": False, "duration": "5"},
            }
            print("uploaded", upload(request, image.read())["id"])

    newest = [generation["id"] for generation in every_generation(limit=2)]
    print(len(newest), "generations, the newest is", newest[0])
    print(call("POST", "/v1/dead-letters/redrive", {"class": "insufficient_credits", "dryRun": True}))
    print("held back by", call("GET", "/v1/status")["binding"])


if __name__ == "__main__":
    main()
