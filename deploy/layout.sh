#!/bin/sh
# The production layout of built apps: sh deploy/layout.sh <target folder> <app>...
# Each gets a folder with its dist and its production dependencies by the lockfile, ready for `node dist/main.js`.
set -eu
target=$1
shift
for app in "$@"; do
  # Workspace packages are copied into the layout, not linked: only then does it follow the lockfile.
  npx -y pnpm@12 --config.inject-workspace-packages=true --filter "./apps/$app" deploy --prod "$target/$app"
done
