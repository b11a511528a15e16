#!/usr/bin/env bash
# Packs the packages and uses them from a folder, as somebody does who has nothing else of this project: every program
# is made of a package's own README or of a sample. One line per check; ends with 1 when one has failed.
#   nuget/verify.sh [--no-build]        --no-build packs what "dotnet build -c Release" has left
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
export DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}

work=$(mktemp -d)
running=()
failed=0
host=127.$((20 + $$ % 200)).8.1    # an address of this machine that nobody else uses
libraries=(Core Raft Net Hosting Compose Docker Dashboard Testing)

clean_up() {
  for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
  for _ in $(seq 50); do
    kill -0 "${running[@]}" 2>/dev/null || break
    sleep 0.2
  done
  for pid in "${running[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap clean_up EXIT

check() {    # check NAME COMMAND…: runs it and prints how it went
  local name=$1
  shift
  if "$@" >"$work/check.log" 2>&1; then
    echo "ok      $name"
  else
    echo "FAILED  $name"
    sed 's/^/        /' "$work/check.log" | tail -n 40
    failed=1
  fi
}

skip() { echo "skipped $1: $2"; }

says() {    # says FILE TEXT [SECONDS]: waits until a program has written it
  local end=$((SECONDS + ${3:-60}))
  until grep -qF -- "$2" "$1" 2>/dev/null; do
    if [ $SECONDS -ge $end ]; then
      echo "'$2' was not written within ${3:-60} s:"
      cat "$1"
      return 1
    fi
    sleep 0.2
  done
}

start() {    # start NAME ARGUMENTS…: runs an app beside us, with its output in NAME/out
  local name=$1
  shift
  (cd "$work/$name" && exec dotnet "bin/Release/net10.0/$name.dll" "$@") >"$work/$name/out" 2>&1 &
  running+=($!)
}

api() { curl -sSf --unix-socket "$work/web/docker.sock" "$@"; }

eventually() {    # eventually SECONDS COMMAND…: until it succeeds
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.5
  done
}

# --- packages ---------------------------------------------------------------------------------------------------------
pack() { dotnet pack "$root/Swarm.sln" -c Release --nologo -v quiet "-p:PackageOutputPath=$work/feed" "$@"; }
check "pack" pack "$@"
[ $failed = 0 ] || exit 1
version=$(basename "$work"/feed/Swarm.Core.*.nupkg .nupkg)
version=${version#Swarm.Core.}

complete() {    # nothing but the packages that are meant, each with its symbols
  local wanted name
  wanted=$(for name in "${libraries[@]}"; do printf '%s\n' "Swarm.$name.$version."{nupkg,snupkg}; done
    echo "Swarm.Tool.$version.nupkg")
  diff <(sort <<<"$wanted") <(ls "$work/feed" | sort)
}
check "the packages are complete" complete

size() {
  local bytes name
  bytes=$(for name in "${libraries[@]}"; do cat "$work/feed/Swarm.$name.$version.nupkg"; done | wc -c)
  echo "the libraries together: $bytes bytes"
  [ "$bytes" -le $((5 << 20)) ]
  [ "$(wc -c <"$work/feed/Swarm.Tool.$version.nupkg")" -le $((5 << 20)) ]
}
check "the libraries together, and the tool, are at most 5 MB" size

# --- empty apps -------------------------------------------------------------------------------------------------------
# Our packages come from the folder alone; everything else from where this machine has packages from.
sources() {
  dotnet nuget list source | sed -n 's/^ *[0-9]*\. *\(.*\) \[Enabled\]$/\1/p' | while read -r name; do
    echo "    <packageSource key=\"$name\"><package pattern=\"*\" /></packageSource>"
  done
}
mapping=$(cd "$work" && sources)
cat >"$work/nuget.config" <<END
<configuration>
  <packageSources><add key="packages-under-test" value="$work/feed" /></packageSources>
  <packageSourceMapping>
    <packageSource key="packages-under-test"><package pattern="Swarm.*" /></packageSource>
$mapping
  </packageSourceMapping>
</configuration>
END
# What this machine has already is not fetched again, except ours: it may have those of an earlier build.
present=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: //')
mkdir "$work/present"
find "$present" -mindepth 1 -maxdepth 1 ! -name 'swarm.*' -exec ln -s -t "$work/present" {} +
export NUGET_FALLBACK_PACKAGES=$work/present NUGET_PACKAGES=$work/packages

pinned() { sed -n "s/.*PackageVersion Include=\"$1\" Version=\"\([^\"]*\)\".*/\1/p" "$root/Directory.Packages.props"; }

app() {    # app NAME SDK PACKAGE…: an empty project that references packages
  local name=$1 sdk=$2 references=
  shift 2
  for package in "$@"; do
    case $package in
      Swarm.*) references+="<PackageReference Include=\"$package\" Version=\"$version\" />" ;;
      *) references+="<PackageReference Include=\"$package\" Version=\"$(pinned "$package")\" />" ;;
    esac
  done
  mkdir -p "$work/$name"
  cat >"$work/$name/$name.csproj" <<END
<Project Sdk="$sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    $([ "$sdk" = Microsoft.NET.Sdk ] && [ "$name" != tests ] && echo "<OutputType>Exe</OutputType>")
  </PropertyGroup>
  <ItemGroup>$references</ItemGroup>
</Project>
END
  echo "  <Project Path=\"$name/$name.csproj\" />" >>"$work/projects"
}

readme() {    # readme PACKAGE: the first program in its README
  sed -n '/^```csharp$/,/^```$/{/^```/{/^```$/q;d};p}' "$root/src/$1/README.md" | sed "s/127\.0\.0\.1/$host/g"
}

app scheduler Microsoft.NET.Sdk Swarm.Core && readme Swarm.Core >"$work/scheduler/Program.cs"
app log Microsoft.NET.Sdk Swarm.Raft && readme Swarm.Raft >"$work/log/Program.cs"
app mesh Microsoft.NET.Sdk Swarm.Net && readme Swarm.Net >"$work/mesh/Program.cs"
app web Microsoft.NET.Sdk.Web Swarm.Hosting && readme Swarm.Hosting >"$work/web/Program.cs"
app worker Microsoft.NET.Sdk.Worker Swarm.Hosting && cp "$root"/samples/CustomExecutor/*.cs "$work/worker"
app stack Microsoft.NET.Sdk Swarm.Compose Swarm.Hosting && readme Swarm.Compose >"$work/stack/Program.cs"
app containers Microsoft.NET.Sdk.Web Swarm.Docker && readme Swarm.Docker >"$work/containers/Program.cs"
app dashboard Microsoft.NET.Sdk.Web Swarm.Dashboard Swarm.Hosting && readme Swarm.Dashboard >"$work/dashboard/Program.cs"
app tests Microsoft.NET.Sdk Swarm.Testing Microsoft.NET.Test.Sdk xunit xunit.runner.visualstudio &&
  readme Swarm.Testing >"$work/tests/LeaderFailover.cs"
{ echo "<Solution>"; cat "$work/projects"; echo "</Solution>"; } >"$work/apps.slnx"

build() { (cd "$work" && dotnet build apps.slnx -c Release --nologo -v quiet); }
check "empty apps build with the programs of the READMEs" build
[ $failed = 0 ] || exit 1

shipped() {    # what a consumer finds, and nothing of the machine it was made on
  local name
  for name in "${libraries[@]}"; do
    local folder=$work/packages/swarm.${name,,}/$version
    [ -d "$folder" ] || { echo "Swarm.$name did not come from the folder"; return 1; }
    for file in README.md icon.png "lib/net10.0/Swarm.$name.dll" "lib/net10.0/Swarm.$name.xml"; do
      [ -s "$folder/$file" ] || { echo "Swarm.$name has no $file"; return 1; }
    done
    grep -q '<license type="expression">MIT</license>' "$folder/swarm.${name,,}.nuspec" || return 1
    ! grep -E '<(projectUrl|repository[^>]* url=)' "$folder/swarm.${name,,}.nuspec" || return 1
    ! grep -lF "$root" "$folder/lib/net10.0/Swarm.$name.dll" \
      "$root/artifacts/bin/Swarm.$name/release/Swarm.$name.pdb" || return 1
  done
}
check "packages have README, icon, licence and documentation, and no path of this machine" shipped

# --- what the apps do -------------------------------------------------------------------------------------------------
start scheduler
check "Swarm.Core: the scheduler alone" says "$work/scheduler/out" "insufficient resources on 1 node"
start log
check "Swarm.Raft: the log alone" says "$work/log/out" "committed"
start mesh
check "Swarm.Net: the mesh alone" says "$work/mesh/out" "drained"
start stack
check "Swarm.Compose: a stack is deployed" says "$work/stack/out" "shop_web"

start web --urls "http://$host:5080"
check "Swarm.Hosting: a service of three replicas converges" says "$work/web/out" "3 of 3 run"
if command -v curl >/dev/null; then
  check "Swarm.Hosting: the host is healthy" eventually 20 curl -sSf "http://$host:5080/health"
  token=$(api http://swarm/v1.41/swarm | sed 's/.*"Worker":"\([^"]*\)".*/\1/') || true
  start worker "$host:2377" "$token" "$work/worker/state"
  joined() { api http://swarm/v1.41/nodes | grep -q '"Hostname":"delegates"'; }
  check "Swarm.Hosting: a worker with an executor of its own joins" eventually 30 joined
  greeter='{"Name":"greeter","TaskTemplate":{"ContainerSpec":{"Image":"greeter:1"},
    "Placement":{"Constraints":["node.hostname==delegates"]}},"Mode":{"Replicated":{"Replicas":1}}}'
  api -H 'Content-Type: application/json' -d "$greeter" http://swarm/v1.41/services/create >/dev/null || true
  check "Swarm.Hosting: that worker runs a task" says "$work/worker/out" "greeter: hello"

  start dashboard --urls "http://$host:5081"
  page() { curl -sSf "http://$host:5081/swarm/" | grep -qi "<!doctype html>"; }
  check "Swarm.Dashboard: the page is served" eventually 30 page
else
  skip "worker and dashboard" "curl is not installed"
fi
if command -v docker >/dev/null; then
  check "the docker command sees the service" docker -H "unix://$work/web/docker.sock" service ps web
else
  skip "the docker command" "docker is not installed"
fi
check "Swarm.Testing: a test of a cluster passes" dotnet test "$work/tests" -c Release --no-build --nologo

# --- the tool ---------------------------------------------------------------------------------------------------------
install() { (cd "$work" && dotnet tool install Swarm.Tool --version "$version" --tool-path "$work/tools"); }
check "Swarm.Tool: dotnet tool install" install
check "swarm --help" "$work/tools/swarm" --help
"$work/tools/swarm" daemon --api "unix://$work/tool.sock" --state "$work/tool" --listen "$host:2390" \
  >"$work/tool.out" 2>&1 &
daemon=$!
running+=($daemon)
check "swarm daemon is ready" says "$work/tool.out" "ready"
if command -v docker >/dev/null; then
  check "docker info" docker -H "unix://$work/tool.sock" info
fi
stops() { kill "$daemon" && wait "$daemon"; }
check "swarm daemon ends with 0" stops

[ $failed = 0 ] && echo "verify: ok" || echo "verify: failed"
exit $failed
