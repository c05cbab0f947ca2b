# Every target is a step, or all, of .ci/run: what passes here passes there.

.PHONY: check test generate fuzz cross bench

check: ## what CI runs
	.ci/run

test:
	go test ./...

generate: ## THEOREMS.md and CONJECTURES.md
	go generate ./...

fuzz: ## the readers, FUZZTIME each (10s)
	.ci/run fuzz

cross: ## builds and vets for six platforms
	.ci/run cross

bench:
	go test -run '^$$' -bench . -benchmem ./...
