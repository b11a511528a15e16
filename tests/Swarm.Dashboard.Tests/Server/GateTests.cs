using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Swarm.Dashboard.Tests.Server;

public sealed class GateTests
{
    [Theory]
    [InlineData("127.0.0.1:9080", true)]
    [InlineData("localhost:9080", true)]
    [InlineData("[::1]:9080", true)]
    [InlineData("127.1.2.3", true)]
    [InlineData("ops.example.org", true)]
    [InlineData("evil.example.com", false)]
    [InlineData("127.0.0.1.evil.example.com", false)]
    [InlineData("10.0.0.1:9080", false)]
    public async Task Only_known_host_names_are_answered(string host, bool answered)
    {
        await using var dashboard = await DashboardUnderTest.StartAsync(
            configure: options => options.AllowedHosts.Add("ops.example.org"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/snapshot");
        request.Headers.Host = host;

        using var response = await dashboard.Http.SendAsync(request, dashboard.Patience);

        Assert.Equal(answered ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("127.0.0.1", false, true)]
    [InlineData("::ffff:127.0.0.1", false, true)]
    [InlineData("10.1.2.3", false, false)]
    [InlineData("10.1.2.3", true, true)]
    public void Others_are_let_in_only_by_the_hosts_own_authorization(string address, bool authorized, bool answered)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        context.Request.Host = new HostString("localhost");
        context.SetEndpoint(new Endpoint(
            null,
            authorized ? new EndpointMetadataCollection(new AuthorizeAttribute()) : EndpointMetadataCollection.Empty,
            null));

        Assert.Equal(answered, new Gate(new DashboardOptions()).Refuses(context) is null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("app.js")]
    [InlineData("api/snapshot")]
    [InlineData("api/tasks/nothing")]
    public async Task Every_answer_forbids_the_page_to_reach_out(string path)
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();

        using var response = await dashboard.Http.GetAsync(new Uri(path, UriKind.Relative), dashboard.Patience);

        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task The_dashboard_only_shows_unless_told_otherwise()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        var service = await dashboard.Swarm.AddServiceAsync("web", 1);

        Assert.Equal(HttpStatusCode.Forbidden, await ActAsync(dashboard, new { kind = "scale", id = service.Id.Value, replicas = 9 }));
        Assert.NotNull(dashboard.Swarm.Live.Current.Services.Find(service.Id.Value));
        Assert.Equal(new ReplicatedMode(1), dashboard.Swarm.Live.Current.Services.Find(service.Id.Value)!.Spec.Mode);
    }

    [Fact]
    public async Task Changes_are_made_where_they_are_allowed()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync(configure: options => options.AllowActions = true);
        var service = await dashboard.Swarm.Client.Services.CreateAsync(new ServiceSpec
        {
            Name = "web",
            TaskTemplate = new TaskSpec { Workload = new ContainerSpec { Image = "web:1" } },
        });
        var node = await dashboard.Swarm.AddNodeAsync("node-1");
        Service? Now() => dashboard.Swarm.Live.Current.Services.Find(service.Id.Value);

        Assert.Equal(HttpStatusCode.NoContent, await ActAsync(dashboard, new { kind = "scale", id = service.Id.Value, replicas = 9 }));
        Assert.Equal(new ReplicatedMode(9), Now()!.Spec.Mode);
        Assert.Equal(HttpStatusCode.NoContent, await ActAsync(dashboard, new { kind = "force-update", id = service.Id.Value }));
        Assert.Equal(1UL, Now()!.Spec.TaskTemplate.ForceUpdate);
        Assert.Equal(HttpStatusCode.NoContent, await ActAsync(dashboard, new { kind = "rollback", id = service.Id.Value }));
        Assert.Equal(0UL, Now()!.Spec.TaskTemplate.ForceUpdate);
        Assert.Equal(HttpStatusCode.NoContent, await ActAsync(dashboard, new { kind = "availability", id = node.Id.Value, value = "drain" }));
        Assert.Equal(NodeAvailability.Drain, dashboard.Swarm.Live.Current.Nodes.Find(node.Id.Value)!.Spec.Availability);
        Assert.Equal(HttpStatusCode.NoContent, await ActAsync(dashboard, new { kind = "remove-service", id = service.Id.Value }));
        Assert.Null(Now());

        Assert.Equal(HttpStatusCode.NotFound, await ActAsync(dashboard, new { kind = "scale", id = service.Id.Value, replicas = 1 }));
        Assert.Equal(HttpStatusCode.Conflict, await ActAsync(dashboard, new { kind = "remove-node", id = node.Id.Value }));
        Assert.Equal(HttpStatusCode.BadRequest, await ActAsync(dashboard, new { kind = "scale", id = service.Id.Value, replicas = -1 }));
        Assert.Equal(HttpStatusCode.BadRequest, await ActAsync(dashboard, new { kind = "explode", id = service.Id.Value }));
        Assert.Equal(HttpStatusCode.BadRequest, await ActAsync(dashboard, new { id = new string('x', 20_000) }));
    }

    [Theory]
    [InlineData("no header")]
    [InlineData("a form")]
    [InlineData("another origin")]
    [InlineData("another site")]
    public async Task Changes_that_another_site_sends_are_refused(string how)
    {
        await using var dashboard = await DashboardUnderTest.StartAsync(configure: options => options.AllowActions = true);
        var service = await dashboard.Swarm.AddServiceAsync("web", 1);
        using var request = Request(new { kind = "remove-service", id = service.Id.Value });
        switch (how)
        {
            case "no header":
                request.Headers.Remove(Gate.ActionHeader);
                break;
            case "a form":
                request.Content = new FormUrlEncodedContent([new("kind", "remove-service")]);
                break;
            case "another origin":
                request.Headers.Add("Origin", "http://evil.example.com");
                break;
            default:
                request.Headers.Add("Sec-Fetch-Site", "cross-site");
                break;
        }

        using var response = await dashboard.Http.SendAsync(request, dashboard.Patience);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.NotNull(dashboard.Swarm.Live.Current.Services.Find(service.Id.Value));
    }

    [Fact]
    public async Task A_change_from_the_page_itself_names_its_origin()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync(configure: options => options.AllowActions = true);
        var service = await dashboard.Swarm.AddServiceAsync("web", 1);
        using var request = Request(new { kind = "remove-service", id = service.Id.Value });
        request.Headers.Add("Origin", dashboard.Address.GetLeftPart(UriPartial.Authority));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");

        using var response = await dashboard.Http.SendAsync(request, dashboard.Patience);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact]
    public async Task Output_is_not_shown_where_it_is_turned_off()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync(configure: options => options.ShowLogs = false);
        var task = await dashboard.Swarm.AddTaskAsync(await dashboard.Swarm.AddServiceAsync("web", 1), 1, null);

        Assert.Equal(HttpStatusCode.Forbidden, await dashboard.GetStatusAsync($"api/tasks/{task.Id}/logs"));
    }

    [Theory]
    [InlineData("http://127.0.0.1:9080", true)]
    [InlineData("http://localhost:9080", true)]
    [InlineData("http://[::1]:9080", true)]
    [InlineData("http://0.0.0.0:9080", false)]
    [InlineData("http://10.0.0.1:9080", false)]
    [InlineData("https://127.0.0.1:9080", false)]
    [InlineData("127.0.0.1:9080", false)]
    [InlineData("http://127.0.0.1:9080/deep", false)]
    public void The_listener_is_on_this_machine_only(string endpoint, bool valid)
    {
        var result = new DashboardOptionsValidator().Validate(null, new DashboardOptions { Endpoint = endpoint });

        Assert.Equal(valid, result.Succeeded);
    }

    private static HttpRequestMessage Request(object action)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "api/actions") { Content = JsonContent.Create(action) };
        request.Headers.Add(Gate.ActionHeader, "1");
        return request;
    }

    private static async Task<HttpStatusCode> ActAsync(DashboardUnderTest dashboard, object action)
    {
        using var request = Request(action);
        using var response = await dashboard.Http.SendAsync(request, dashboard.Patience);
        return response.StatusCode;
    }
}
