#!/usr/bin/env bash
set -euo pipefail

image=$1

trivy image --exit-code 1 --severity HIGH,CRITICAL "$image"
syft "$image" -o cyclonedx-json=sbom.json
docker push "$image"
