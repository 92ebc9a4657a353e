# syntax=docker/dockerfile:1
# One image for web, worker, beat and the migrations; compose.yaml says how each is started.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.txt /
RUN /venv/bin/pip install --only-binary :all: --require-hashes -r /requirements.txt

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin civic \
    && install --directory --owner civic --group civic /data
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py LICENSE ./
COPY civic civic
COPY reports reports
COPY templates templates
COPY static static
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data STATIC_ROOT=/app/collected
# Static files belong to the code and are in the image. The key signs nothing that outlives this line.
RUN python -m compileall -q civic reports /venv/lib \
    && SECRET_KEY=for-this-line-only DATA_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
    && rm -r /tmp/build
USER civic
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz?web', timeout=8)"]
CMD ["gunicorn", "-c", "python:civic.serving", "civic.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2"]
