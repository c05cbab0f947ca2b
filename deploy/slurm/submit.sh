#!/usr/bin/env bash
# Submits a hunt to Slurm: an array of shards, and after it the merge.
set -euo pipefail

usage() {
	cat <<'END'
usage: submit.sh DIR [INDICES]

DIR is a directory that all nodes see. Where it holds no plan, one is made, and
the program is copied there. Where it holds one, the hunt goes on: INDICES, such
as 3 or 0,5-7, submits these shards only, and shards may be more or fewer than
before. Two jobs are submitted, an array of shards and the merge of what they
recorded, and their ids printed. The account is in DIR/merged.txt and
DIR/merged.json, what the tasks print in DIR/log.

Variables:
  SHARDS     tasks of the array, 1 to 100000       (8)
  CPUS       processors of each                    (1)
  RESTARTS   of a task that was stopped or killed  (20)
  PARTITION  where                                 (Slurm's default)
  TIME       limit of a task, such as 12:00:00     (that of the partition)
For the plan:
  INSTANCES  to judge                              (1000000)
  SEED       of all of them                        (1)
  ONLY       theorems, such as 'L3,M*'             (all)
  VERIFY     the program                           (verify)

sbatch reads variables of its own too, such as SBATCH_ACCOUNT.
END
}

# refuse ends with what is wrong with the call.
refuse() {
	printf 'submit.sh: %s\n' "$1" >&2
	usage >&2
	exit 2
}

# whole requires a variable to be a whole number within limits.
whole() {
	if ! [[ $2 =~ ^[0-9]{1,18}$ ]] || ((10#$2 < $3 || 10#$2 > $4)); then
		refuse "$1 is ${2:-empty}, want a whole number from $3 to $4"
	fi
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
'') refuse 'where? DIR is missing' ;;
-*) refuse "there is no option $1" ;;
esac
[ "$#" -le 2 ] || refuse "$# arguments, want DIR and perhaps INDICES"

shards=${SHARDS-8} cpus=${CPUS-1} restarts=${RESTARTS-20}
instances=${INSTANCES-1000000} seed=${SEED-1}
whole SHARDS "$shards" 1 100000
whole CPUS "$cpus" 1 4096
whole RESTARTS "$restarts" 0 1000
whole INSTANCES "$instances" 1 999999999999999999
whole SEED "$seed" 0 999999999999999999
indices=${2-0-$((shards - 1))}
[[ $indices =~ ^[0-9]{1,6}(-[0-9]{1,6})?(,[0-9]{1,6}(-[0-9]{1,6})?)*$ ]] || refuse "INDICES is ${indices:-empty}, want shards such as 3 or 0,5-7"
for index in ${indices//[,-]/ }; do
	((10#$index < shards)) || refuse "there is no shard $index of $shards: they count from 0"
done
command -v sbatch >/dev/null || refuse 'there is no sbatch here: this is no machine of a Slurm cluster'

if [ -e "$1/plan.json" ]; then
	for name in INSTANCES SEED ONLY VERIFY; do
		[ -z "${!name-}" ] || refuse "$name is set, and $1 holds a plan already, which does not change"
	done
else
	program=$(command -v "${VERIFY:-verify}") || refuse "there is no program ${VERIFY:-verify}: go build ./cmd/verify makes it, VERIFY names it"
fi

mkdir -p "$1/log" "$1/records"
dir=$(cd "$1" && pwd -P)
[[ $dir != *[%\\]* ]] || refuse "DIR is $dir: Slurm would replace what follows % or \\ in it"
if [ ! -e "$dir/plan.json" ]; then
	cp "$program" "$dir/verify"
	"$dir/verify" plan "$dir/plan.json" --until-instances "$instances" --seed "$seed" ${ONLY:+--only "$ONLY"}
fi

common=(--parsable ${PARTITION:+"--partition=$PARTITION"} ${TIME:+"--time=$TIME"})
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
array=$(sbatch "${common[@]}" --array="$indices" --cpus-per-task="$cpus" --output="$dir/log/hunt-%A_%a.txt" \
	"$here/hunt.sbatch" "$dir" "$shards" "$restarts")
array=${array%%;*} # the cluster's name may follow
printf 'hunt %s\n' "$array"
merge=$(sbatch "${common[@]}" --dependency="afterany:$array" --output="$dir/log/merge-%j.txt" "$here/merge.sbatch" "$dir")
printf 'merge %s\n' "${merge%%;*}"
