using Swarm.Secrets;
using static Swarm.Core.Tests.Secrets.FileFixture;

namespace Swarm.Core.Tests.Secrets;

public sealed class RotationTests : IDisposable
{
    private readonly FileFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task The_new_version_takes_name_and_labels_and_services_change_over()
    {
        var first = await _fixture.Client.Secrets.CreateAsync(
            new() { Name = "db", Data = Bytes("one"), Labels = [new("env", "test")] });
        var other = await _fixture.CreateSecretAsync("other");
        var web = await DeployAsync("web", Use(first), Use(other));
        var api = await DeployAsync("api", Use(other));

        var second = await _fixture.Client.Secrets.RotateAsync(first.Id, Bytes("two"));

        Assert.Equal(("db", "test"), (second.Spec.Name, second.Spec.Labels["env"]));
        Assert.Equal(first.Id.Value, second.Spec.Labels["swarm.rotates"]);
        Assert.True(second.Spec.Data.IsEmpty);
        Assert.Equal(("two", "one"), (await _fixture.ValueAsync(second.Id), await _fixture.ValueAsync(first.Id)));
        Assert.Equal("db.v1", (await _fixture.Client.Secrets.FindAsync(first.Id.Value)).Spec.Name);
        Assert.Equal([second.Id, other.Id], _fixture.ContainerOf(web).Secrets.Select(use => use.SecretId));
        Assert.Equal(web.Spec, _fixture.Store.Current.Services.Find(web.Id.Value)!.PreviousSpec);
        Assert.Equal(api, _fixture.Store.Current.Services.Find(api.Id.Value));
    }

    [Fact]
    public async Task A_service_that_was_rolled_back_can_be_updated_and_goes_along_with_the_next_rotation()
    {
        var first = await _fixture.CreateSecretAsync("db", "one");
        var web = await DeployAsync("web", Use(first));
        var second = await _fixture.Client.Secrets.RotateAsync(first.Id, Bytes("two"));

        await _fixture.Client.Services.RollbackAsync(web.Id);
        Assert.Equal(first.Id, _fixture.ContainerOf(web).Secrets[0].SecretId);
        await _fixture.Client.Services.UpdateAsync(web.Id, spec => spec with { Labels = [new("a", "1")] });
        var third = await _fixture.Client.Secrets.RotateAsync(second.Id, Bytes("three"));

        Assert.Equal(third.Id, _fixture.ContainerOf(web).Secrets[0].SecretId);
        Assert.Equal("3", third.Spec.Labels["swarm.version"]);
    }

    [Fact]
    public async Task A_service_that_names_a_former_version_keeps_it()
    {
        var first = await _fixture.CreateSecretAsync("db", "one");
        var second = await _fixture.Client.Secrets.RotateAsync(first.Id, Bytes("two"));
        var pinned = await DeployAsync("web", Use(await _fixture.Client.Secrets.FindAsync("db.v1")));

        await _fixture.Client.Secrets.RotateAsync(second.Id, Bytes("three"));

        Assert.Equal(first.Id, _fixture.ContainerOf(pinned).Secrets[0].SecretId);
    }

    [Fact]
    public async Task Only_the_newest_version_is_rotated_and_the_error_names_it()
    {
        var first = await _fixture.CreateSecretAsync("db", "one");
        var second = await _fixture.Client.Secrets.RotateAsync(first.Id, Bytes("two"));

        await FailsAsync(
            SwarmErrorCode.FailedPrecondition,
            $"secret db.v1 is not the newest version of db; rotate {second.Id}",
            _fixture.Client.Secrets.RotateAsync(first.Id, Bytes("three")));
    }

    [Fact]
    public async Task The_name_of_a_former_version_fits_and_is_free()
    {
        var name = new string('n', 64);
        var first = await _fixture.CreateSecretAsync(name);
        await _fixture.CreateSecretAsync(new string('n', 61) + ".v1");

        await _fixture.Client.Secrets.RotateAsync(first.Id, Bytes("two"));

        var former = (await _fixture.Client.Secrets.FindAsync(first.Id.Value)).Spec.Name;
        Assert.Equal(new string('n', 59) + ".v1-1", former);
    }

    [Fact]
    public async Task Labels_that_link_versions_are_nobodys_to_write()
    {
        await FailsAsync(
            SwarmErrorCode.InvalidArgument,
            "label swarm.rotates is reserved: it links the versions of a secret or config",
            _fixture.Client.Secrets.CreateAsync(
                new() { Name = "a", Data = Bytes("x"), Labels = [new("swarm.rotates", "b")] }));
        var first = await _fixture.CreateSecretAsync("db");
        var second = await _fixture.Client.Secrets.RotateAsync(first.Id, Bytes("two"));

        var updated = await _fixture.Client.Secrets.UpdateAsync(
            second.Id, second.Version, new() { Name = "db", Labels = [new("swarm.rotates", "x"), new("a", "1")] });

        Assert.Equal((first.Id.Value, "1"), (updated.Spec.Labels["swarm.rotates"], updated.Spec.Labels["a"]));
    }

    [Fact]
    public async Task Configs_rotate_too_with_the_credential_spec_that_names_one()
    {
        var first = await _fixture.CreateConfigAsync("site", "one");
        var container = new ContainerSpec
        {
            Configs = [Use(first), new(first.Id, "site", null, Runtime: true)],
            Privileges = new() { CredentialSpec = new(first.Id.Value, "", "") },
        };
        var web = await _fixture.Client.Services.CreateAsync(Service("web", container));

        var second = await _fixture.Client.Configs.RotateAsync(first.Id, Bytes("two"));

        Assert.Equal([second.Id, second.Id], _fixture.ContainerOf(web).Configs.Select(use => use.ConfigId));
        Assert.Equal(second.Id.Value, _fixture.ContainerOf(web).Privileges!.CredentialSpec!.Config);
        Assert.Equal("two", System.Text.Encoding.UTF8.GetString(second.Spec.Data.AsSpan()));
    }

    [Fact]
    public async Task Former_versions_stay_while_something_uses_them_and_are_then_removed()
    {
        using var stop = new CancellationTokenSource();
        var keeper = new SecretKeeper(
            _fixture.Store,
            _fixture.Vault,
            default,
            new Swarm.Identity.RandomIdGenerator(new Random(2)),
            _fixture.Simulation.Time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        _ = _fixture.Simulation.StartAsync(() => keeper.RunAsync(stop.Token));
        var simulation = _fixture.Simulation;
        var first = await _fixture.CreateSecretAsync("db", "one");
        var web = await DeployAsync("web", Use(first));
        var task = await _fixture.Store.UpdateAsync(transaction => transaction.Create(new SwarmTask
        {
            Id = new("task1"),
            ServiceId = web.Id,
            Spec = web.Spec.TaskTemplate,
            Status = new() { State = TaskState.Running },
            DesiredState = TaskState.Running,
        }));

        var second = await _fixture.Client.Secrets.RotateAsync(first.Id, Bytes("two"));
        var third = await _fixture.Client.Secrets.RotateAsync(second.Id, Bytes("three"));
        simulation.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([first.Id, second.Id, third.Id], Stored());

        await _fixture.Store.UpdateAsync(transaction => transaction.Update(
            task with { Status = new() { State = TaskState.Shutdown } }));
        simulation.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([second.Id, third.Id], Stored());

        await _fixture.Client.Services.RemoveAsync(web.Id);
        simulation.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([third.Id], Stored());
        stop.Cancel();
        simulation.Settle();

        IEnumerable<SecretId> Stored() => new[] { first, second, third }
            .Select(secret => secret.Id)
            .Where(id => _fixture.Store.Current.Secrets.Find(id.Value) is not null);
    }

    [Fact]
    public async Task Values_stored_in_another_form_or_under_a_former_key_are_stored_anew()
    {
        await _fixture.Store.UpdateAsync(transaction => transaction.Create(
            new Secret { Id = new("plain"), Spec = new() { Name = "plain", Data = Bytes("one") } }));
        var keys = new TestKeys();
        var vault = new SecretVault(SecretStorage.Sealed, keys, [], new Random(1).NextBytes);

        RunKeeper(vault);
        var stored = _fixture.Store.Current.Secrets.Find("plain")!;
        Assert.Equal("k1", SealedValue.KeyOf(stored.Spec.Data.AsSpan()).KeyId);

        keys.KeyId = "k2";
        RunKeeper(vault);
        stored = _fixture.Store.Current.Secrets.Find("plain")!;
        Assert.Equal("k2", SealedValue.KeyOf(stored.Spec.Data.AsSpan()).KeyId);

        RunKeeper(new SecretVault(SecretStorage.Plain, keys, [], new Random(1).NextBytes));
        Assert.Equal(Bytes("one"), _fixture.Store.Current.Secrets.Find("plain")!.Spec.Data);
    }

    private void RunKeeper(SecretVault vault)
    {
        using var stop = new CancellationTokenSource();
        var keeper = new SecretKeeper(
            _fixture.Store,
            vault,
            default,
            new Swarm.Identity.RandomIdGenerator(new Random(2)),
            _fixture.Simulation.Time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var running = _fixture.Simulation.StartAsync(() => keeper.RunAsync(stop.Token));
        _fixture.Simulation.Settle();
        stop.Cancel();
        _fixture.Simulation.Settle();
        Assert.True(running.IsCompleted);
    }

    private Task<Service> DeployAsync(string name, params SecretReference[] secrets) =>
        _fixture.Client.Services.CreateAsync(Service(name, new() { Secrets = [.. secrets] }));
}
