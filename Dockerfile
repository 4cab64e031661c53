# The server, the generator and the exporter in one image; the server is what it runs.
#
#   docker build -t roster .
#   docker run -p 127.0.0.1:5000:5000 -v ./keys:/keys:ro -e ROSTER_API_KEYS_FILE=/keys roster postgresql://host/database
#
#   docker build --target dev -t roster-dev . && docker run --rm roster-dev     # every check and test but the image's
#
# scripts/image builds it where no Docker engine runs.
ARG BUILDER=docker.io/library/swift:6.3-bookworm
ARG RUNTIME=docker.io/library/debian:bookworm-slim

# The toolchain and what the build needs; a change of the sources does not install it anew.
FROM ${BUILDER} AS toolchain
WORKDIR /roster
COPY scripts/setup scripts/packages scripts/swagger-ui scripts/
RUN scripts/setup package

# For work on the project: all that the tests need, and the sources.
FROM toolchain AS dev
COPY scripts/requirements.txt scripts/
RUN scripts/setup test \
  && useradd --create-home --shell /bin/bash dev \
  && chown --recursive dev:dev /roster
# Not root: PostgreSQL refuses to run as root, and a container's root may not look at another user's processes.
COPY --chown=dev:dev . .
USER dev
CMD ["scripts/test"]

# What goes from here to the image is one file, the Debian package.
FROM toolchain AS package
COPY . .
RUN scripts/package

FROM ${RUNTIME}
RUN --mount=type=bind,from=package,source=/roster/generated/package,target=/package \
  cd /package \
  && sha256sum --check --quiet ./*.sha256 \
  && apt-get update -q \
  && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends ./roster_*.deb \
  && apt-get clean \
  && rm -rf /var/lib/apt/lists/* /var/cache/debconf/* /var/log/* \
  && groupadd --gid 10001 roster \
  && useradd --uid 10001 --gid 10001 --no-create-home --home-dir / --shell /usr/sbin/nologin roster \
  && install -d -o roster -g roster /exports
USER 10001:10001
# Inside a container its loopback is of no use to anybody else.
ENV ROSTER_HOST=0.0.0.0 ROSTER_PORT=5000
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["server", "health"]
ENTRYPOINT ["server"]
