using static Swarm.Core.Tests.Secrets.FileFixture;

namespace Swarm.Core.Tests.Secrets;

public sealed class FileOperationsTests : IDisposable
{
    private const string BadName =
        "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]";

    private const string SecretSize = "secret data must be larger than 0 and less than 512000 bytes";
    private const string ConfigSize = "config data must be larger than 0 and less than 1024000 bytes";

    private readonly FileFixture _fixture = new(new NoDriver());

    private ISecretOperations Secrets => _fixture.Client.Secrets;

    private IConfigOperations Configs => _fixture.Client.Configs;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Scenario_087_a_value_goes_in_and_is_in_no_answer_no_event_and_not_in_the_store()
    {
        var events = new List<ObjectChange>();
        await using var watch = _fixture.Client.WatchAsync().GetAsyncEnumerator();
        var created = await _fixture.CreateSecretAsync("db", "canary");
        var updated = await Secrets.UpdateAsync(created.Id, created.Version, new() { Name = "db", Labels = [new("a", "1")] });
        await Secrets.RemoveAsync(created.Id);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await watch.MoveNextAsync());
            events.Add(watch.Current);
        }

        Secret[] shown = [created, updated, .. events.Select(change => (Secret)change.Current)];
        Assert.Equal(5, shown.Length);
        Assert.All(shown, secret => Assert.True(secret.Spec.Data.IsEmpty));
        Assert.All(events, change => Assert.True(((Secret?)change.Previous)?.Spec.Data.IsEmpty ?? true));
    }

    [Fact]
    public async Task The_store_holds_ciphertext()
    {
        var created = await _fixture.CreateSecretAsync("db", "canary");

        var stored = _fixture.Store.Current.Secrets.Find(created.Id.Value)!;
        Assert.Equal(-1, stored.Spec.Data.AsSpan().IndexOf("canary"u8));
        Assert.Equal("canary", await _fixture.ValueAsync(created.Id));
    }

    [Theory]
    [InlineData("", "name must be provided")]
    [InlineData("bad name!", BadName)]
    [InlineData("-a", BadName)]
    [InlineData("a.", BadName)]
    [InlineData("a\n", BadName)]
    [InlineData("yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", BadName)]
    public async Task Names_that_Docker_refuses_are_refused(string name, string text)
    {
        await FailsAsync(SwarmErrorCode.InvalidArgument, text, _fixture.CreateSecretAsync(name));
        await FailsAsync(SwarmErrorCode.InvalidArgument, text, _fixture.CreateConfigAsync(name));
    }

    //
    [Theory]
    [InlineData(0, false, false)]
    [InlineData(1, true, true)]
    [InlineData(511_999, true, true)]
    [InlineData(512_000, false, true)]
    [InlineData(1_023_999, false, true)]
    [InlineData(1_024_000, false, false)]
    public async Task Sizes_have_Dockers_limits(int size, bool secretFits, bool configFits)
    {
        ValueList<byte> data = [.. new byte[size]];
        var secret = Secrets.CreateAsync(new() { Name = "a", Data = data });
        var config = Configs.CreateAsync(new() { Name = "a", Data = data });

        await (secretFits ? (Task)secret : FailsAsync(SwarmErrorCode.InvalidArgument, SecretSize, secret));
        await (configFits ? (Task)config : FailsAsync(SwarmErrorCode.InvalidArgument, ConfigSize, config));
    }

    [Fact]
    public async Task A_name_is_taken_until_its_secret_is_removed()
    {
        var first = await _fixture.CreateSecretAsync("db");
        await FailsAsync(SwarmErrorCode.AlreadyExists, "secret db already exists", _fixture.CreateSecretAsync("db"));
        await _fixture.CreateConfigAsync("db");
        await FailsAsync(SwarmErrorCode.AlreadyExists, "config db already exists", _fixture.CreateConfigAsync("db"));

        await Secrets.RemoveAsync(first.Id);
        Assert.NotEqual(first.Id, (await _fixture.CreateSecretAsync("db")).Id);
    }

    //
    [Fact]
    public async Task What_services_use_cannot_be_removed_and_the_error_names_them()
    {
        var secret = await _fixture.CreateSecretAsync("db");
        var config = await _fixture.CreateConfigAsync("site");
        var container = new ContainerSpec { Secrets = [Use(secret)], Configs = [Use(config)] };
        var web = await _fixture.Client.Services.CreateAsync(Service("web", container));

        await FailsAsync(
            SwarmErrorCode.InvalidArgument,
            "secret 'db' is in use by the following service: web",
            Secrets.RemoveAsync(secret.Id));
        var api = await _fixture.Client.Services.CreateAsync(Service("api", container));
        var error = await Assert.ThrowsAsync<SwarmException>(() => Configs.RemoveAsync(config.Id));
        Assert.Matches("^config 'site' is in use by the following services: (web, api|api, web)$", error.Message);

        await _fixture.Client.Services.RemoveAsync(web.Id);
        await _fixture.Client.Services.RemoveAsync(api.Id);
        await Secrets.RemoveAsync(secret.Id);
        await Configs.RemoveAsync(config.Id);
        await FailsAsync(
            SwarmErrorCode.InvalidArgument,
            "secret not found: db",
            _fixture.Client.Services.CreateAsync(Service("web", new() { Secrets = [Use(secret)] })));
    }

    [Fact]
    public async Task Scenario_088_only_labels_change()
    {
        const string text = "only updates to Labels are allowed";
        var secret = await _fixture.CreateSecretAsync("db", "one");
        var config = await _fixture.CreateConfigAsync("site", "one");

        await FailsAsync(SwarmErrorCode.InvalidArgument, text, Update(new() { Name = "other" }));
        await FailsAsync(SwarmErrorCode.InvalidArgument, text, Update(new() { Name = "db", Data = Bytes("two") }));
        await FailsAsync(
            SwarmErrorCode.InvalidArgument,
            text,
            Configs.UpdateAsync(config.Id, config.Version, new() { Name = "site", Data = Bytes("two") }));

        // A stack that is deployed again sends the same value.
        var updated = await Update(new() { Name = "db", Data = Bytes("one"), Labels = [new("env", "test")] });
        Assert.Equal("test", updated.Spec.Labels["env"]);
        Assert.Equal("one", await _fixture.ValueAsync(secret.Id));
        await FailsAsync(SwarmErrorCode.UpdateOutOfSequence, "update out of sequence", Update(new() { Name = "db" }));

        Task<Secret> Update(SecretSpec spec) => Secrets.UpdateAsync(secret.Id, secret.Version, spec);
    }

    [Fact]
    public async Task A_driver_must_be_there_and_then_needs_no_value()
    {
        await FailsAsync(
            SwarmErrorCode.InvalidArgument,
            "plugin \"vault\" not found",
            Secrets.CreateAsync(new() { Name = "a", Driver = new("vault") }));
        await FailsAsync(
            SwarmErrorCode.InvalidArgument,
            "secret driver must have a name",
            Secrets.CreateAsync(new() { Name = "a", Driver = new("") }));

        var secret = await Secrets.CreateAsync(new() { Name = "a", Driver = new("none", [new("path", "x")]) });
        Assert.Equal("x", secret.Spec.Driver!.Options["path"]);
        await FailsAsync(
            SwarmErrorCode.FailedPrecondition,
            "secret a is kept by driver none; change its value there",
            Secrets.RotateAsync(secret.Id, Bytes("x")));
    }

    [Fact]
    public async Task Secrets_of_the_system_are_not_listed()
    {
        var secret = await _fixture.CreateSecretAsync("db");
        await _fixture.Store.UpdateAsync(transaction => transaction.Create(
            new Secret { Id = new("own"), Spec = new() { Name = "own" }, Internal = true }));

        Assert.Equal([secret.Id], await Secrets.ListAsync().Select(item => item.Id).ToArrayAsync());
    }

    [Theory]
    [InlineData("../../etc/x")]
    [InlineData("a/../../x")]
    [InlineData("/..")]
    public async Task A_target_outside_of_its_directory_is_refused(string target)
    {
        var secret = await _fixture.CreateSecretAsync("db");
        var container = new ContainerSpec { Secrets = [Use(secret) with { Target = new(target) }] };

        await FailsAsync(
            SwarmErrorCode.InvalidArgument,
            "malformed file secret reference, invalid target file name provided",
            _fixture.Client.Services.CreateAsync(Service("web", container)));
    }

    private sealed class NoDriver : Swarm.Secrets.ISecretDriver
    {
        public string Name => "none";

        public ValueTask<Swarm.Secrets.DriverSecret> GetAsync(
            Swarm.Secrets.SecretRequest request,
            CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
