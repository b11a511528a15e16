namespace Swarm.Core.Tests.Control;

public sealed class NetworkOperationsTests : IDisposable
{
    private readonly ControlFixture _fixture = new();

    private INetworkOperations Networks => _fixture.Client.Networks;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_network_is_found_by_id_name_and_the_start_of_its_id()
    {
        var network = await Networks.CreateAsync(new() { Name = "front", Driver = new("overlay"), Attachable = true });

        Assert.Equal(network, await Networks.FindAsync(network.Id.Value));
        Assert.Equal(network, await Networks.FindAsync("front"));
        Assert.Equal(network, await Networks.FindAsync(network.Id.Value[..10]));
        await RefusedAsync(SwarmErrorCode.NotFound, "network nosuch not found", () => Networks.FindAsync("nosuch"));
        Assert.Equal(2, await Networks.ListAsync().CountAsync());
    }

    [Theory]
    [InlineData("b d", "name must be valid as a DNS name component")]
    [InlineData("", "meta: name must be provided")]
    public Task A_name_must_be_a_part_of_a_dns_name(string name, string text) =>
        RefusedAsync(SwarmErrorCode.InvalidArgument, text, () => Networks.CreateAsync(new() { Name = name }));

    [Theory]
    [InlineData("", "", "", "invalid subnet ")]
    [InlineData("10.0.0.0/33", "", "", "invalid subnet 10.0.0.0/33")]
    [InlineData("10.9.0.0/16", "x", "", "invalid range x")]
    [InlineData("10.9.0.0/16", "10.10.0.0/24", "", "subnet 10.9.0.0/16 does not contain range 10.10.0.0/24")]
    [InlineData("10.9.0.0/16", "10.0.0.0/8", "", "subnet 10.9.0.0/16 does not contain range 10.0.0.0/8")]
    [InlineData("10.9.0.0/16", "", "gate", "invalid gateway gate")]
    [InlineData("10.9.0.0/16", "", "10.10.0.1", "subnet 10.9.0.0/16 does not contain gateway 10.10.0.1")]
    public Task Addresses_must_make_sense(string subnet, string range, string gateway, string text) => RefusedAsync(
        SwarmErrorCode.InvalidArgument,
        "ipam configuration: " + text,
        () => Networks.CreateAsync(new() { Name = "n", Ipam = new() { Configs = [new(subnet, range, gateway)] } }));

    [Fact]
    public async Task Names_are_unique_and_there_is_one_network_of_the_routing_mesh()
    {
        await Networks.CreateAsync(new() { Name = "front" });
        var ingress = await Networks.FindAsync("ingress");

        await RefusedAsync(
            SwarmErrorCode.AlreadyExists,
            "network with name front already exists",
            () => Networks.CreateAsync(new() { Name = "front" }));
        await RefusedAsync(
            SwarmErrorCode.AlreadyExists,
            $"ingress network ({ingress.Id}) is already present",
            () => Networks.CreateAsync(new() { Name = "second", Ingress = true }));
        await RefusedAsync(
            SwarmErrorCode.InvalidArgument,
            "ingress network cannot be attachable",
            () => Networks.CreateAsync(new() { Name = "third", Ingress = true, Attachable = true }));
        await RefusedAsync(
            SwarmErrorCode.Unimplemented,
            "only overlay driver is currently supported for ingress network",
            () => Networks.CreateAsync(new() { Name = "third", Ingress = true, Driver = new("macvlan") }));
    }

    [Fact]
    public async Task Drivers_and_labels_that_are_not_for_users_are_refused()
    {
        await RefusedAsync(
            SwarmErrorCode.InvalidArgument,
            "plugin nosuch not supported",
            () => Networks.CreateAsync(new() { Name = "n", Driver = new("nosuch") }));
        await RefusedAsync(
            SwarmErrorCode.InvalidArgument,
            "driver name: if driver is specified name is required",
            () => Networks.CreateAsync(new() { Name = "n", Driver = new("") }));
        await RefusedAsync(
            SwarmErrorCode.PermissionDenied,
            "label com.docker.swarm.predefined is for internally created predefined networks and cannot be applied by users",
            () => Networks.CreateAsync(new() { Name = "n", Labels = [new("com.docker.swarm.predefined", "true")] }));
    }

    [Fact]
    public async Task A_subnet_that_is_taken_is_refused_at_once()
    {
        var first = await Networks.CreateAsync(new() { Name = "one", Ipam = new() { Configs = [new("10.9.0.0/16")] } });

        await RefusedAsync(
            SwarmErrorCode.InvalidArgument,
            $"Pool overlaps with other one on this address space: 10.9.8.0/24 is not free, network one ({first.Id}) has "
            + "10.9.0.0/16",
            () => Networks.CreateAsync(new() { Name = "two", Ipam = new() { Configs = [new("10.9.8.0/24")] } }));
    }

    [Fact]
    public async Task What_is_in_use_stays()
    {
        var network = await Networks.CreateAsync(new() { Name = "front" });
        var spec = ControlFixture.Spec("web", new PortPublication(80, 8080));
        spec = spec with { TaskTemplate = spec.TaskTemplate with { Networks = [new() { Target = "front" }] } };
        var service = await _fixture.Client.Services.CreateAsync(spec);
        var task = _fixture.Write(_fixture.NewTask(service, TaskState.Running));
        var ingress = await Networks.FindAsync("ingress");

        Assert.Equal(network.Id.Value, service.Spec.TaskTemplate.Networks[0].Target);
        await RefusedAsync(
            SwarmErrorCode.FailedPrecondition,
            $"network {network.Id} is in use by service {service.Id}",
            () => Networks.RemoveAsync(network.Id));
        await RefusedAsync(
            SwarmErrorCode.FailedPrecondition,
            $"ingress network cannot be removed because service {service.Id} depends on it",
            () => Networks.RemoveAsync(ingress.Id));

        await _fixture.Client.Services.UpdateAsync(service.Id, service.Version, ControlFixture.Spec("web"));
        await RefusedAsync(
            SwarmErrorCode.FailedPrecondition,
            $"network {network.Id} is in use by task {task.Id}",
            () => Networks.RemoveAsync(network.Id));

        _fixture.Change(transaction => transaction.Update(
            transaction.Tasks.Find(task.Id)! with { DesiredState = TaskState.Remove }));
        await Networks.RemoveAsync(network.Id);
        await Networks.RemoveAsync(ingress.Id);
        Assert.Empty(await Networks.ListAsync().ToArrayAsync());
    }

    [Fact]
    public async Task A_network_may_go_with_the_services_on_it_before_their_tasks_have()
    {
        var network = await Networks.CreateAsync(new() { Name = "front" });
        var spec = ControlFixture.Spec("web");
        spec = spec with { TaskTemplate = spec.TaskTemplate with { Networks = [new() { Target = "front" }] } };
        var service = await _fixture.Client.Services.CreateAsync(spec);
        var task = _fixture.Write(_fixture.NewTask(service, TaskState.Running));

        await _fixture.Client.Services.RemoveAsync(service.Id);
        await Networks.RemoveAsync(network.Id);

        Assert.Equal(TaskState.Running, _fixture.Store.Current.Tasks.Find(task.Id)!.DesiredState);
        await RefusedAsync(
            SwarmErrorCode.NotFound, $"network {network.Id} not found", () => Networks.RemoveAsync(network.Id));
    }

    [Fact]
    public async Task Publishing_needs_the_network_of_the_routing_mesh()
    {
        await Networks.RemoveAsync((await Networks.FindAsync("ingress")).Id);

        await RefusedAsync(
            SwarmErrorCode.FailedPrecondition,
            "service needs ingress network, but no ingress network is present",
            () => _fixture.Client.Services.CreateAsync(ControlFixture.Spec("web", new PortPublication(80, 8080))));
    }

    [Fact]
    public async Task Networks_that_every_node_has_can_be_used_and_not_removed()
    {
        _fixture.WriteCluster();
        await Swarm.Control.PredefinedNetworks.EnsureAsync(_fixture.Store, _fixture.Ids, default);
        await Swarm.Control.PredefinedNetworks.EnsureAsync(_fixture.Store, _fixture.Ids, default);
        var host = await Networks.FindAsync("host");

        Assert.Equal(["bridge", "host", "ingress"], (await Networks.ListAsync().ToArrayAsync()).Select(n => n.Spec.Name).Order());
        await RefusedAsync(
            SwarmErrorCode.FailedPrecondition,
            $"network {host.Id} (host) is a swarm predefined network and cannot be removed",
            () => Networks.RemoveAsync(host.Id));
    }

    private static async Task RefusedAsync(SwarmErrorCode code, string text, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<SwarmException>(call);
        Assert.Equal((code, text), (refusal.Code, refusal.Message));
    }
}
