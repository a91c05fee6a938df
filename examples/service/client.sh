#!/bin/sh
# The service by curl: client.sh PICTURE [ADDRESS]. With a token, put it into SRGAN_TOKEN.
set -eu
picture=$1
url=${2:-http://127.0.0.1:8788}
auth="authorization: Bearer ${SRGAN_TOKEN:-}"

# one picture, answered with the result
curl -sSf -H "$auth" --data-binary "@$picture" "$url/v1/upscale?scale=2&format=webp" -o big.webp

# many as a job: its id, its events until it has ended, all results as a zip
id=$(curl -sSf -H "$auth" -F scale=2 -F "files=@$picture" -F "files=@$picture" "$url/v1/jobs" |
  sed -E 's/^\{"id":"([0-9a-f]+)".*/\1/')
curl -sSfN -H "$auth" "$url/v1/jobs/$id/events" | grep '^event: end'
curl -sSf -H "$auth" "$url/v1/jobs/$id/archive" -o upscaled.zip
curl -sSf -H "$auth" -X DELETE "$url/v1/jobs/$id"
