using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Tests.Nodes;

public sealed class FileAgentTaskStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-tasks-");
    private readonly List<string> _warnings = [];

    private string Folder => Path.Combine(_folder.FullName, "tasks");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_next_process_finds_what_was_saved_last_and_not_what_was_removed()
    {
        var store = New();
        await store.SaveAsync(NewTask("a", TaskState.Starting), default);
        await store.SaveAsync(NewTask("b", TaskState.Running), default);
        await store.SaveAsync(NewTask("a", TaskState.Running), default);
        await store.SaveAsync(NewTask("c", TaskState.Running), default);
        await store.RemoveAsync(new("c"), default);
        await store.RemoveAsync(new("never"), default);

        var tasks = await New().LoadAsync(default);

        Assert.Equal([NewTask("a", TaskState.Running), NewTask("b", TaskState.Running)], tasks);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Files_are_for_their_owner_only()
    {
        await New().SaveAsync(NewTask("a", TaskState.Running), default);

        var file = Assert.Single(Directory.GetFiles(Folder));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(60)]
    public async Task A_file_that_was_cut_off_is_left_out_with_a_warning(int length)
    {
        var store = New();
        await store.SaveAsync(NewTask("a", TaskState.Running), default);
        await store.SaveAsync(NewTask("b", TaskState.Running), default);
        using (var file = File.OpenWrite(Path.Combine(Folder, "a.task")))
        {
            file.SetLength(length);
        }

        var tasks = await New().LoadAsync(default);

        Assert.Equal("b", Assert.Single(tasks).Id.Value);
        Assert.Contains("a.task", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_byte_and_a_file_of_another_task_are_left_out()
    {
        var store = New();
        await store.SaveAsync(NewTask("a", TaskState.Running), default);
        File.Copy(Path.Combine(Folder, "a.task"), Path.Combine(Folder, "z.task"));
        var bytes = File.ReadAllBytes(Path.Combine(Folder, "a.task"));
        bytes[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(Folder, "a.task"), bytes);

        Assert.Empty(await New().LoadAsync(default));
        Assert.Equal(2, _warnings.Count);
    }

    [Fact]
    public async Task An_id_that_leads_elsewhere_is_refused()
    {
        var error = await Assert.ThrowsAsync<SwarmException>(
            async () => await New().SaveAsync(NewTask("../a", TaskState.Running), default));

        Assert.Contains("no task id", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "a.task")));
    }

    private FileAgentTaskStore New() => new(Folder, new LogLines<FileAgentTaskStore>(_warnings.Add));

    private static SwarmTask NewTask(string id, TaskState state) => new()
    {
        Id = new(id),
        ServiceId = new("service1"),
        ServiceAnnotations = new() { Name = "web" },
        NodeId = new("node1"),
        Slot = 2,
        DesiredState = TaskState.Running,
        Spec = new() { Workload = new ContainerSpec { Image = "host:latest", Command = ["sleep", "1"] } },
        Status = new() { State = state, Message = "started", Container = new("c1", 17, 0) },
    };
}
