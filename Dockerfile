# Two stages: the first builds a virtual environment from the lock files, the second
# is that environment on a slim Debian, run by a user without rights.
#
#   docker build -t spanloom .
#   docker run --rm -p 4317:4317 -p 4318:4318 --read-only --tmpfs /tmp spanloom

# Both images are Debian 12, whose python3 is 3.11: the environment moves between them as it is.
ARG RUST_IMAGE=rust:1.95-slim-bookworm
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${RUST_IMAGE} AS build
ARG UV_VERSION=0.13.9
RUN apt-get update \
 && apt-get install --yes --no-install-recommends gcc libc6-dev make python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir uv==${UV_VERSION}
ENV PATH=/opt/uv/bin:$PATH \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PROJECT_ENVIRONMENT=/opt/spanloom \
    UV_PYTHON=/usr/bin/python3 \
    UV_PYTHON_DOWNLOADS=never
WORKDIR /src
# Dependencies alone, so that a change of our code does not install them again.
COPY pyproject.toml uv.lock ./
COPY native/pyproject.toml native/
RUN uv sync --locked --no-dev --no-install-workspace
COPY . .
RUN uv sync --locked --no-dev --no-editable

FROM ${BASE_IMAGE}
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/spanloom /opt/spanloom
COPY pipelines.yaml /etc/spanloom/pipelines.yaml
# Only here do listeners answer other machines: a container's localhost is nobody's.
ENV PATH=/opt/spanloom/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    SPANLOOM_HOST=0.0.0.0
USER 10001:10001
EXPOSE 4317 4318 8888 13133
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
    CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:13133/', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["spanloom"]
CMD ["--config", "/etc/spanloom/pipelines.yaml"]
