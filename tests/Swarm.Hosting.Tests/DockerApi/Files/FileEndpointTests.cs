using System.Text.Json.Nodes;
using Swarm.Hosting.Tests.DockerApi.Support;

namespace Swarm.Hosting.Tests.DockerApi.Files;

public sealed class FileEndpointTests : IAsyncLifetime
{
    private const string Data = "c3VwZXIgc2VjcmV0Cg==";

    private ApiHost _api = null!;

    public async Task InitializeAsync() => _api = await ApiHost.StartAsync();

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task A_secret_is_shown_as_Docker_shows_it_and_without_its_value()
    {
        var id = await CreateAsync("secrets", """{"Name":"db","Labels":{"env":"test"},"Data":"DATA"}""");

        var secret = await _api.GetAsync("secrets/db");

        Assert.Equal(["ID", "Version", "CreatedAt", "UpdatedAt", "Spec"], Names(secret));
        Assert.Equal(id, secret["ID"]!.GetValue<string>());
        Assert.Equal("""{"Name":"db","Labels":{"env":"test"}}""", secret["Spec"]!.ToJsonString());
        Assert.Equal(secret.ToJsonString(), (await _api.GetAsync("secrets")).AsArray().Single()!.ToJsonString());
        Assert.Equal(id, (await _api.GetAsync($"secrets/{id[..8]}"))["ID"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_config_is_shown_with_its_content()
    {
        await CreateAsync("configs", """{"Name":"site","Data":"DATA","Templating":{"Name":"golang"}}""");

        Assert.Equal(
            $$$"""{"Name":"site","Labels":{},"Data":"{{{Data}}}","Templating":{"Name":"golang"}}""",
            (await _api.GetAsync("configs/site"))["Spec"]!.ToJsonString());
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("config")]
    public async Task Mistakes_have_Dockers_statuses_and_texts(string kind)
    {
        const string badRequest = "rpc error: code = InvalidArgument desc = ";
        await CreateAsync($"{kind}s", """{"Name":"a","Data":"DATA"}""");

        await RefusesAsync(404, $"{kind} x not found", "GET", $"{kind}s/x");
        await RefusesAsync(404, $"{kind} x not found", "DELETE", $"{kind}s/x");
        await RefusesAsync(
            409,
            $"rpc error: code = AlreadyExists desc = {kind} a already exists",
            "POST",
            $"{kind}s/create",
            """{"Name":"a","Data":"DATA"}""");
        await RefusesAsync(
            400, badRequest + "name must be provided", "POST", $"{kind}s/create", """{"Data":"DATA"}""");
        await RefusesAsync(
            400,
            badRequest + $"{kind} data must be larger than 0 and less than {(kind == "secret" ? 512000 : 1024000)} bytes",
            "POST",
            $"{kind}s/create",
            """{"Name":"b"}""");
        await RefusesAsync(
            400, "illegal base64 data at input byte 0", "POST", $"{kind}s/create", """{"Name":"b","Data":"!x=="}""");
        await RefusesAsync(
            400, "illegal base64 data at input byte 3", "POST", $"{kind}s/create", """{"Name":"b","Data":"abc"}""");
        await RefusesAsync(400, "Invalid filter 'zzz'", "GET", $"{kind}s?{ApiHost.Filter("""{"zzz":{"1":true}}""")}");
        await RefusesAsync(400, $"invalid {kind} version", "POST", $"{kind}s/a/update", """{"Name":"a"}""");
        await RefusesAsync(
            400,
            badRequest + "only updates to Labels are allowed",
            "POST",
            $"{kind}s/a/update?version={await VersionAsync(kind, "a")}",
            """{"Name":"a","Data":"eHl6"}""");
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("config")]
    public async Task Labels_are_updated_and_a_stale_version_is_a_conflict(string kind)
    {
        await CreateAsync($"{kind}s", """{"Name":"a","Data":"DATA"}""");
        var version = await VersionAsync(kind, "a");
        var path = $"{kind}s/a/update?version={version}";
        var body = Fill("""{"Name":"a","Labels":{"new":"1"},"Data":"DATA"}""");

        var (status, answer) = await _api.SendAsync("POST", path, body);

        Assert.Equal((200, null), (status, answer));
        Assert.Equal("1", (await _api.GetAsync($"{kind}s/a"))["Spec"]!["Labels"]!["new"]!.GetValue<string>());
        await RefusesAsync(409, "rpc error: code = Unknown desc = update out of sequence", "POST", path, body);
    }

    [Theory]
    [InlineData("""{"name":{"db_":true}}""", "db_pass db_user")]
    [InlineData("""{"name":["site"]}""", "site")]
    [InlineData("""{"names":{"db_":true}}""", "")]
    [InlineData("""{"names":{"site":true}}""", "site")]
    [InlineData("""{"label":{"env=test":true}}""", "db_user")]
    [InlineData("""{"label":{"env":true},"name":{"site":true}}""", "")]
    public async Task Lists_are_filtered(string filter, string names)
    {
        foreach (var kind in (string[])["secrets", "configs"])
        {
            await CreateAsync(kind, """{"Name":"db_user","Data":"DATA","Labels":{"env":"test"}}""");
            await CreateAsync(kind, """{"Name":"db_pass","Data":"DATA"}""");
            await CreateAsync(kind, """{"Name":"site","Data":"DATA"}""");

            var list = (await _api.GetAsync($"{kind}?{ApiHost.Filter(filter)}")).AsArray();

            Assert.Equal(
                names,
                string.Join(' ', list.Select(item => item!["Spec"]!["Name"]!.GetValue<string>()).Order()));
        }
    }

    [Fact]
    public async Task Removal_answers_204_and_is_refused_while_a_service_uses_it()
    {
        var id = await CreateAsync("secrets", """{"Name":"db","Data":"DATA"}""");
        var (created, _) = await _api.SendAsync("POST", "services/create", $$$$"""
            {"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"i:1","Secrets":[
            {"SecretID":"{{{{id}}}}","SecretName":"db","File":{"Name":"db","UID":"0","GID":"0","Mode":292}}]}}}
            """);
        Assert.Equal(201, created);

        await RefusesAsync(
            400,
            "rpc error: code = InvalidArgument desc = secret 'db' is in use by the following service: web",
            "DELETE",
            "secrets/db");
        await _api.SendAsync("DELETE", "services/web");
        Assert.Equal(204, (await _api.SendAsync("DELETE", "secrets/db")).Status);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("config")]
    public async Task Rotation_answers_with_the_new_version(string kind)
    {
        var first = await CreateAsync($"{kind}s", """{"Name":"a","Data":"DATA"}""");

        var (status, answer) = await _api.SendAsync("POST", $"{kind}s/a/rotate", """{"Data":"eHl6"}""");

        Assert.Equal(200, status);
        Assert.Equal(answer!["ID"]!.GetValue<string>(), (await _api.GetAsync($"{kind}s/a"))["ID"]!.GetValue<string>());
        Assert.Equal("a.v1", (await _api.GetAsync($"{kind}s/{first}"))["Spec"]!["Name"]!.GetValue<string>());
        Assert.Equal(400, (await _api.SendAsync("POST", $"{kind}s/a/rotate", "{}")).Status);
    }

    [Fact]
    public async Task Old_clients_find_no_configs_and_get_no_templates()
    {
        var root = $"http://{_api.Http.BaseAddress!.Authority}";

        Assert.Equal(404, (await _api.SendAsync("GET", $"{root}/v1.29/configs")).Status);
        Assert.Equal(200, (await _api.SendAsync("GET", $"{root}/v1.30/configs")).Status);
        Assert.Equal(200, (await _api.SendAsync("GET", $"{root}/v1.25/secrets")).Status);
        var (status, answer) = await _api.SendAsync(
            "POST", $"{root}/v1.36/secrets/create", Fill("""{"Name":"a","Data":"DATA","Templating":{"Name":"golang"}}"""));
        Assert.Equal(
            (400, "secret templating is not supported on the specified API version: 1.36"),
            (status, answer!["message"]!.GetValue<string>()));
    }

    private static IEnumerable<string> Names(JsonNode node) => node.AsObject().Select(property => property.Key);

    private static string Fill(string json) => json.Replace("DATA", Data, StringComparison.Ordinal);

    private async Task<string> CreateAsync(string kind, string json)
    {
        var (status, body) = await _api.SendAsync("POST", $"{kind}/create", Fill(json));
        Assert.True(status == 201, $"{status} {body?.ToJsonString()}");
        return body!["ID"]!.GetValue<string>();
    }

    private async Task<ulong> VersionAsync(string kind, string name) =>
        (await _api.GetAsync($"{kind}s/{name}"))["Version"]!["Index"]!.GetValue<ulong>();

    private async Task RefusesAsync(int status, string message, string method, string path, string? json = null)
    {
        var answer = await _api.SendAsync(method, path, json is null ? null : Fill(json));
        Assert.Equal((status, message), (answer.Status, answer.Body?["message"]?.GetValue<string>()));
    }
}
