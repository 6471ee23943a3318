# `make` alone lists everything. All targets take PYTHON=, for example: make demo PYTHON=python3.12
PYTHON ?= python3
ARGS ?=
BIN = .venv/bin
LOCKED = --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --quiet --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help setup setup-spark demo test test-postgres test-spark check format docs messages soak bench lock

help: ## Liệt kê các lệnh này | list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Dựng môi trường .venv từ requirements.lock | build .venv from requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "Không có lệnh $(PYTHON); hãy chạy: sudo apt-get install python3, hoặc thêm PYTHON=đường-dẫn."; echo "There is no command $(PYTHON); run: sudo apt-get install python3, or add PYTHON=path." ; exit 1; } >&2
	@$(PYTHON) scripts/setup.py

setup-spark: setup ## Thêm pyspark vào .venv, để tính trên cụm Spark (cần Java 17) | add pyspark to .venv, for figures on a cluster
	@$(BIN)/python -c 'import pyspark, sqlglot' 2>/dev/null || $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements-spark.lock

demo: setup ## Chạy bản trình diễn ở http://127.0.0.1:8000 (ARGS=--no-serve) | run the demonstration
	@$(BIN)/caunoi demo $(ARGS)

test: setup ## Chạy toàn bộ kiểm thử (ARGS="-k tên") | run the whole test suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

# What the database does not decide: reading packs, writing Word files, loading the demonstration. POSTGRES_SKIPS= repeats all.
POSTGRES_SKIPS = --ignore=caunoi/packs --ignore=caunoi/reports --ignore=caunoi/demo --ignore=tests/test_sensitive_counts.py --ignore=tests/test_object_storage.py
test-postgres: setup ## Chạy kiểm thử có cơ sở dữ liệu trên PostgreSQL riêng | run the database tests on a private PostgreSQL
	@scripts/with-postgres $(BIN)/python -m pytest -n 2 --dist loadfile --hypothesis-profile=postgres -m "database and not browser and not anywhere" $(POSTGRES_SKIPS) $(ARGS)

# Where the questions are asked and answered; SPARK_TESTS=caunoi/facts asks all that stands on them too.
SPARK_TESTS = $(addprefix caunoi/facts/tests/test_,every_question.py engines.py figures.py comparing.py laws.py side_by_side.py explanation.py coverage_as_known.py changes.py postings_as_columns.py lines.py) tests/test_spark_on_object_storage.py
test-spark: setup-spark ## Chạy kiểm thử các câu hỏi trên cụm Spark hai máy | ask the tests' questions of a Spark cluster of two executors
	@$(BIN)/python -m pytest -n 0 --engine spark --hypothesis-profile=spark -m "database and not duckdb" $(SPARK_TESTS) $(ARGS)

check: setup ## Kiểm tra định dạng, kiểu, hợp đồng import, mẫu trang, migration | lint, types, import contract; no tests
	@$(BIN)/python scripts/check.py $(ARGS)

format: setup ## Định dạng lại mã và mẫu trang | format code and templates
	@$(BIN)/ruff check --select I --fix --quiet . ; $(BIN)/ruff format . && $(BIN)/djlint --reformat --quiet caunoi || true

docs: setup ## Viết lại các bảng tài liệu sinh từ mã | write the tables of the documents that mirror code
	@$(BIN)/python scripts/write_docs.py

messages: setup ## Gom các câu của phần mềm vào tệp dịch, nêu câu chưa dịch | collect sentences for translation
	@$(BIN)/python scripts/messages.py

soak: setup ## Các phép thử dài: lỗi, ngắt điện, tính chất, đủ số lượt | the long fault and property runs at full count
	@$(BIN)/python -m pytest -n 2 --dist loadfile --hypothesis-profile=soak --hypothesis-show-statistics -m "hypothesis or soak" $(ARGS)
	@scripts/with-postgres $(BIN)/python -m pytest -n 0 --hypothesis-profile=soak tests/faults/test_ledger.py $(ARGS)

bench: setup ## Đo tốc độ (BENCH_FACTS=, BENCH_ONLY=, BENCH_HOME= giữ lại thế giới thử) | measure speed and size, one JSON line a figure
	@$(BIN)/python -m bench $(ARGS)

lock: ## Khoá lại phiên bản các thư viện (cần uv) | pin all dependencies again (needs uv)
	@command -v uv >/dev/null || { echo "Cần uv: python3 -m venv /tmp/uv && /tmp/uv/bin/pip install uv && PATH=/tmp/uv/bin:\$$PATH make lock"; exit 1; } >&2
	uv pip compile pyproject.toml --extra dev $(LOCKED) -o requirements.lock
	uv pip compile pyproject.toml --extra spark --constraints requirements.lock $(LOCKED) -o requirements-spark.lock
