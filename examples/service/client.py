"""The service from Python, without packages: client.py PICTURE [ADDRESS]. With a token, put it into SRGAN_TOKEN."""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

picture = sys.argv[1]
url = sys.argv[2] if len(sys.argv) > 2 else "http://127.0.0.1:8788"


def upscale(image: bytes, **options) -> bytes:
    """The result for the bytes of an image; options are those of /openapi.json."""
    request = urllib.request.Request(
        f"{url}/v1/upscale?{urllib.parse.urlencode(options)}",
        data=image,
        headers={
            "authorization": f"Bearer {os.environ.get('SRGAN_TOKEN', '')}",
            "content-type": "application/octet-stream",
        },
    )
    while True:
        try:
            with urllib.request.urlopen(request) as response:
                return response.read()
        except urllib.error.HTTPError as error:
            if error.code != 429:
                raise RuntimeError(json.load(error)["error"]["message"]) from None
            time.sleep(int(error.headers["retry-after"]))


with open(picture, "rb") as file:
    big = upscale(file.read(), scale=2, format="webp")
with open("big.webp", "wb") as file:
    file.write(big)
