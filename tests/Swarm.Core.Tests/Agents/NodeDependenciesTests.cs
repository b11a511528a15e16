using Swarm.Agents;

namespace Swarm.Core.Tests.Agents;

public class NodeDependenciesTests
{
    private static readonly Secret Password = new()
    {
        Id = new("s1"),
        Spec = new() { Name = "pw", Data = [.. "canary"u8] },
    };

    private static readonly SwarmTask Task = new()
    {
        Id = new("t1"),
        Spec = new() { Workload = new ContainerSpec { Secrets = [new(Password.Id, "pw", new("pw"))] } },
    };

    //
    [Fact]
    public void A_value_that_is_taken_back_is_overwritten_and_that_of_the_sender_is_not()
    {
        var node = new NodeDependencies(new("n1"));
        node.Set(Password);
        var held = node.For(Task).FindSecret(Password.Id)!;
        Assert.Equal(Password.Spec.Data, held.Spec.Data);

        node.Remove(Password);

        Assert.Null(node.For(Task).FindSecret(Password.Id));
        Assert.All(held.Spec.Data, value => Assert.Equal(0, value));
        Assert.Equal("canary"u8, Password.Spec.Data.AsSpan());
    }

    [Fact]
    public void A_value_that_comes_again_does_not_disturb_its_readers()
    {
        var node = new NodeDependencies(new("n1"));
        node.Set(Password);
        var held = node.For(Task).FindSecret(Password.Id)!;

        node.Set(Password with { Spec = Password.Spec with { Data = [.. "canary"u8] } });

        Assert.Same(held, node.For(Task).FindSecret(Password.Id));
    }

    [Fact]
    public void A_complete_set_without_it_takes_a_value_back()
    {
        var node = new NodeDependencies(new("n1"));
        node.Set(Password);
        var held = node.For(Task).FindSecret(Password.Id)!;

        node.KeepOnly(new HashSet<string>(), new HashSet<string>());

        Assert.All(held.Spec.Data, value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_task_sees_no_secret_that_it_does_not_reference()
    {
        var node = new NodeDependencies(new("n1"));
        node.Set(Password);

        Assert.Null(node.For(Task with { Spec = new() }).FindSecret(Password.Id));
    }
}
