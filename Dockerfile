# docs/service.md says how to run it: with a volume at /data, a read-only root and no privileges.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md config.yaml ./
COPY docs/export.schema.json docs/
COPY seeds seeds
COPY monitor monitor
RUN python -m venv /opt/monitor
RUN PIP_CONSTRAINT=constraints.txt /opt/monitor/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check '.[scale]'
# The root is read-only when it runs: what is compiled is compiled now.
RUN /opt/monitor/bin/python -m compileall -q /opt/monitor/lib

FROM python:3.11-slim-bookworm
COPY --from=build /opt/monitor /opt/monitor
RUN install -d -o 10001 -g 10001 -m 0750 /data
ENV PATH=/opt/monitor/bin:/usr/local/bin:/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8321
STOPSIGNAL SIGTERM
# Whether anybody is at work; a store that is locked or full for a while is no reason to restart.
HEALTHCHECK --interval=30s --timeout=5s --start-period=2m --retries=3 \
    CMD ["python", "-c", "import http.client as h, sys; c = h.HTTPConnection('127.0.0.1', 8321, timeout=4); c.request('GET', '/health/live'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["monitor"]
CMD ["run", "--listen", "0.0.0.0:8321"]
