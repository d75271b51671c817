# syntax=docker/dockerfile:1
# One image for each app, as a target: worker (the default), gateway, dashboard, simulator, cli.
#   docker build --target gateway -t kieq-gateway .
# All of them at once, with every label, for a registry: deploy/docker-bake.json.
# Settings come from the environment alone: docs/configuration.md, Environment. How to run them: docs/deployment.md.
ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS build
ENV CI=true
WORKDIR /kieq
# Dependencies first: this layer stays as long as the lockfile does.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
RUN --mount=type=cache,target=/root/.npm --mount=type=cache,target=/root/.local/share/pnpm \
    npx -y pnpm@12 fetch
COPY tsconfig.base.json tsconfig.json turbo.json ./
COPY scripts/bundle scripts/bundle
COPY packages packages
COPY apps apps
# The lockfile names them, so the install wants to see them.
COPY bench/package.json bench/package.json
COPY bench/campaigns/package.json bench/campaigns/package.json
COPY deploy/package.json deploy/package.json
COPY examples/demo/package.json examples/demo/package.json
COPY site/package.json site/package.json
# The layout for each app in a folder of its own: its bundle, the few packages that are not part of it, and the list
# of both, sbom.cdx.json.
COPY deploy/layout.sh deploy/sbom.mjs deploy/
RUN --mount=type=cache,target=/root/.npm --mount=type=cache,target=/root/.local/share/pnpm \
    npx -y pnpm@12 install --frozen-lockfile --offline \
 && npx -y pnpm@12 exec turbo run bundle --filter './apps/*' --output-logs=errors-only \
 && sh deploy/layout.sh /out worker gateway dashboard simulator cli

FROM ${NODE_IMAGE} AS runtime
# The commit, the time and the source come from what builds it: deploy/docker-bake.json.
LABEL org.opencontainers.image.version="0.3.0" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
WORKDIR /app
COPY deploy/health.mjs /health.mjs
# The one place for files, where a volume is mounted: uploads. Everything else may be read-only. Gateways, workers and
# the command line must share it; elsewhere the default would be a folder of the user inside of each container.
RUN mkdir /data && chown node:node /data
ENV UPLOAD_STORE_URL=file:///data/uploads
USER node
STOPSIGNAL SIGTERM

FROM runtime AS gateway
LABEL org.opencontainers.image.title="kieq-gateway" \
      org.opencontainers.image.description="Kie's own API in front of the queue, and a native one"
COPY --from=build /out/gateway ./
# Beyond loopback, so that the container can be reached; without GATEWAY_API_KEYS it then refuses to start.
ENV GATEWAY_HOST=0.0.0.0 GATEWAY_PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "/health.mjs", "GATEWAY_PORT"]
CMD ["node", "dist/main.js"]

FROM runtime AS dashboard
LABEL org.opencontainers.image.title="kieq-dashboard" \
      org.opencontainers.image.description="The overview of a pool, and Bull Board over its queues"
COPY --from=build /out/dashboard ./
# Beyond loopback it refuses to start without DASHBOARD_USER and DASHBOARD_PASSWORD.
ENV DASHBOARD_HOST=0.0.0.0 DASHBOARD_PORT=8081
EXPOSE 8081
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "/health.mjs", "DASHBOARD_PORT"]
CMD ["node", "dist/main.js"]

FROM runtime AS simulator
LABEL org.opencontainers.image.title="kieq-simulator" \
      org.opencontainers.image.description="The simulated Kie as a process"
COPY --from=build /out/simulator ./
ENV SIM_HOST=0.0.0.0 SIM_PORT=4000
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "/health.mjs", "SIM_PORT", "/api/v1/chat/credit"]
CMD ["node", "dist/main.js"]

FROM runtime AS cli
LABEL org.opencontainers.image.title="kieq-cli" \
      org.opencontainers.image.description="The kieq command"
COPY --from=build /out/cli ./
ENTRYPOINT ["node", "dist/main.js"]
CMD ["--help"]

FROM runtime AS worker
LABEL org.opencontainers.image.title="kieq-worker" \
      org.opencontainers.image.description="Submits and polls generations"
COPY --from=build /out/worker ./
# Metrics and probes; they are open to whoever reaches the container.
ENV WORKER_METRICS_HOST=0.0.0.0 WORKER_METRICS_PORT=9464
EXPOSE 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "/health.mjs", "WORKER_METRICS_PORT"]
CMD ["node", "dist/main.js"]
