namespace Swarm.DockerCli.Tests;

/// <summary>Three nodes of one swarm on one machine, each at an address of its own: one manager and two others.</summary>
internal sealed class MeshNodes : IAsyncDisposable
{
    private readonly List<DaemonProcess> _daemons = [];

    public IReadOnlyList<DaemonProcess> All => _daemons;

    public DaemonProcess this[int index] => _daemons[index];

    public DockerCli Docker => _daemons[0].Docker;

    /// <summary>The addresses of some of them.</summary>
    public string[] AddressesOf(params int[] nodes) => [.. nodes.Select(node => _daemons[node].Address)];

    /// <summary>Starts them as <c>n0</c> to <c>n2</c>.</summary>
    /// <param name="role">What the other two join as.</param>
    public static async Task<MeshNodes> FormAsync(string role)
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        var nodes = new MeshNodes();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                nodes._daemons.Add(await DaemonProcess.StartAsync("--hostname", $"n{i}"));
            }

            var leader = nodes[0];
            await leader.Docker.OkAsync("swarm", "init", "--advertise-addr", leader.Address);
            var token = (await leader.Docker.OkAsync("swarm", "join-token", "-q", role)).Trim();
            foreach (var other in nodes.All.Skip(1))
            {
                await other.Docker.OkAsync(
                    "swarm", "join", "--token", token, "--advertise-addr", other.Address, $"{leader.Address}:2377");
            }

            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in Enumerable.Reverse(_daemons))
        {
            await daemon.DisposeAsync();
        }
    }

    /// <summary>The tasks that are to run.</summary>
    public async Task<string[]> TasksAsync(string service) => (await Docker.OkAsync(
        "service", "ps", "-q", "--no-trunc", "--filter", "desired-state=running", service))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public Task<string> UpdatedAsync(string service) => Eventually.BecomesAsync(
        () => Docker.OkAsync(
            "service", "inspect", "-f", "{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}", service),
        state => state == "completed\n",
        "the update completes");

    /// <summary>Waits until a number of tasks, and no others, answer at a node: their process ids.</summary>
    public Task<int[]> AnsweredAsync(int node, int port, int tasks) => Eventually.BecomesAsync(
        async () =>
        {
            var answers = new HashSet<int>();
            for (var i = 0; i < 3 * tasks; i++)
            {
                var words = (await HttpCall.TryGetAsync(_daemons[node].Address, port)).Split(' ');
                answers.Add(int.TryParse(words.ElementAtOrDefault(1), out var process) ? process : 0);
            }

            return answers.ToArray();
        },
        processes => processes.Length == tasks && !processes.Contains(0),
        $"{tasks} tasks answer at node {node}");
}
