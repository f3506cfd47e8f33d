#!/bin/bash
# A Slurm cluster of this one machine: an array of four tasks attacks a quarter of the examples each, one task is killed
# (kill -9) in the middle and requeued, goes on with --resume, and the merged result is compared with that of one run.
#
#   sudo apt-get install slurm-wlm munge jq && npm run build && sudo benchmarks/slurm.sh
#
# Runs as root, for the daemons; leaves nothing but the folder it names where something fails. RB is the command that is
# run, by default this repository's own.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
export RB=${RB:-node $root/bin/robust-bench.js}
export MODEL=${MODEL:-$root/fixtures/models/mixup.json}
export OPTIONS=${OPTIONS:---method fgsm,ifgsm[steps=40] --eps 2/255,4/255,8/255 --limit 400 --seed 1 --workers 0 --threads 1}
work=$(mktemp -d)
export work
export SLURM_CONF=$work/slurm.conf
pids=()
stop() {
  status=$?
  if [ ${#pids[@]} -gt 0 ]; then
    kill "${pids[@]}" 2>/dev/null || true
    # What they still write would keep the folder.
    wait "${pids[@]}" 2>/dev/null || true
  fi
  if [ $status -eq 0 ]; then rm -rf "$work"; else echo "failed; everything is in $work"; fi
}
trap stop EXIT

host=$(hostname -s)
cat >"$SLURM_CONF" <<CONF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CryptoType=crypto/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MinJobAge=3600
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
mkdir -p "$work/state" "$work/spool" "$work/munge"
dd if=/dev/urandom of="$work/munge.key" bs=128 count=1 status=none
chmod 400 "$work/munge.key"
munged --force --foreground --key-file="$work/munge.key" --socket="$work/munge.socket" \
  --log-file="$work/munged.log" --pid-file="$work/munged.pid" --seed-file="$work/munge.seed" 2>"$work/munged.out" &
pids+=($!)
sleep 1
slurmctld -D >"$work/slurmctld.out" 2>&1 &
pids+=($!)
sleep 2
slurmd -D -N "$host" >"$work/slurmd.out" 2>&1 &
pids+=($!)
for _ in $(seq 60); do
  sinfo --noheader --format=%T 2>/dev/null | grep -q '^idle' && break
  sleep 1
done
sinfo --noheader --format='%N %T, %c cores, Slurm '"$(sinfo --version | cut -d' ' -f2)"

# The script of a task, as a user writes it.
cat >"$work/attack.sbatch" <<'TASK'
#!/bin/bash
#SBATCH --array=1-4
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
part=part-$SLURM_ARRAY_TASK_ID.json
resume=
[ -e "$part.journal" ] && resume=--resume
$RB attack --model "$MODEL" $OPTIONS --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --out "$part" --quiet $resume
TASK

cd "$work"
job=$(sbatch --parsable --export=ALL --output="$work/task-%a.log" attack.sbatch)
echo "submitted job $job"

# Once the journal of the second task holds its head, the clean inputs and three units of attacks, its program is killed.
lines() { cat part-2.json.journal 2>/dev/null | wc -l; }
until [ "$(lines)" -ge 5 ]; do sleep 0.1; done
pid=$(pgrep -f -- '--shard 2/4' | tail -1)
kill -9 "$pid"
echo "killed task 2 (process $pid) with $(lines) lines in its journal"
until squeue --noheader --array --states=all --job "${job}_2" --format=%T | grep -q FAILED; do sleep 0.5; done
echo "task 2 is $(squeue --noheader --states=all --job "${job}_2" --format=%T)"
[ ! -e part-2.json ]
scontrol requeue "${job}_2"
echo 'requeued'
until [ -z "$(squeue --noheader --job "$job")" ]; do sleep 1; done
squeue --states=all --job "$job" --array --format='%.10i %.12T %.8M'

$RB merge part-1.json part-2.json part-3.json part-4.json --out whole.json --quiet >merged.txt
$RB attack --model "$MODEL" $OPTIONS --out reference.json --quiet >reference.txt
# The section `run` tells when and how fast; all else is the result.
for name in whole reference; do jq --sort-keys 'del(.run)' "$name.json" >"$name.canonical.json"; done
cmp whole.canonical.json reference.canonical.json
cmp merged.txt reference.txt
sha256sum whole.canonical.json reference.canonical.json
echo 'the merged result is the whole, byte for byte'
