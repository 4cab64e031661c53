# The server, the generator and the exporter in one image; the server is what it runs.
#
#   docker build -t roster .
#   docker run -e ROSTER_API_KEYS=secret -p 5000:5000 roster postgresql://user:password@host/database
#
# scripts/image builds it where no Docker engine runs.
ARG BUILDER=docker.io/library/swift:6.3-bookworm
ARG RUNTIME=docker.io/library/debian:bookworm-slim

# The toolchain, the headers and the tests stay behind in this stage.
FROM ${BUILDER} AS build
ENV DEBIAN_FRONTEND=noninteractive
WORKDIR /roster
COPY scripts/packages scripts/packages
RUN apt-get update -q \
  && apt-get install -q -y --no-install-recommends $(awk '$1 == "build" { print $2 }' scripts/packages)
COPY . .
RUN swift build -c release \
  && install -D -s -t /programs .build/release/server .build/release/generator .build/release/exporter

FROM ${RUNTIME}
RUN --mount=type=bind,from=build,source=/roster/scripts/packages,target=/packages \
  apt-get update -q \
  && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    $(awk '$1 == "runtime" { print $2 }' /packages) \
  && rm -rf /var/lib/apt/lists/* \
  && groupadd --gid 10001 roster \
  && useradd --uid 10001 --gid 10001 --no-create-home --home-dir / --shell /usr/sbin/nologin roster
COPY --from=build /programs/ /usr/local/bin/
USER 10001:10001
# Inside a container its loopback is of no use to anybody else.
ENV ROSTER_HOST=0.0.0.0 ROSTER_PORT=5000
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["server", "health"]
ENTRYPOINT ["server"]
