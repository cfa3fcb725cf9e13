#!/bin/sh
# install.sh PACKAGE FOLDER: builds a package of the workspace with what is locked, and installs it alone into a folder.
set -eu
pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "wheels/$1" "./$1"
pip --python /opt/dla/bin/python install --quiet --no-deps --no-index --prefix "$2" "wheels/$1"/*.whl
