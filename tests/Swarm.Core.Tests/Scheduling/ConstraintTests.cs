using Swarm.Scheduling;

namespace Swarm.Core.Tests.Scheduling;

public sealed class ConstraintTests
{
    private static readonly Node Sample = Given.Node("Node-1", labels: [("Zone", "East"), ("empty", "")]) with
    {
        Role = NodeRole.Manager,
        Status = new NodeStatus(NodeState.Ready, Address: "10.20.30.40"),
        Description = new NodeDescription
        {
            Hostname = "Alpha",
            Platform = new Platform("x86_64", "linux"),
            Engine = new EngineDescription { Labels = [KeyValuePair.Create("disk", "ssd")] },
        },
    };

    [Theory]
    [InlineData("node.id == node-1", true)]
    [InlineData("node.id!=node-1", false)]
    [InlineData("NODE.ID==node-2", false)]
    [InlineData("node.hostname==ALPHA", true)]
    [InlineData("node.hostname!=beta", true)]
    [InlineData("node.hostname==alph*", false)]
    [InlineData("node.role==manager", true)]
    [InlineData("node.role == Worker", false)]
    [InlineData("node.role!=worker", true)]
    [InlineData("node.platform.os==Linux", true)]
    [InlineData("node.platform.arch==x86_64", true)]
    [InlineData("node.platform.arch==amd64", false)]
    [InlineData("node.labels.Zone==east", true)]
    [InlineData("Node.Labels.Zone==EAST", true)]
    [InlineData("node.labels.zone==east", false)]
    [InlineData("node.labels.zone!=east", true)]
    [InlineData("engine.labels.disk==SSD", true)]
    [InlineData("engine.labels.disk!=hdd", true)]
    [InlineData("engine.labels.gone!=x", true)]
    [InlineData("node.unknown==x", false)]
    [InlineData("node.unknown!=x", false)]
    [InlineData("node.ip==10.20.30.40", true)]
    [InlineData("node.ip!=10.20.30.40", false)]
    [InlineData("node.ip==::ffff:10.20.30.40", true)]
    [InlineData("node.ip==10.20.30.0/24", true)]
    [InlineData("node.ip==10.20.30.99/25", true)]
    [InlineData("node.ip==10.20.31.0/24", false)]
    [InlineData("node.ip!=10.20.31.0/24", true)]
    [InlineData("node.ip==10.20.30.32/29", false)]
    [InlineData("node.ip==10.20.30.40/29", true)]
    [InlineData("node.ip==0.0.0.0/0", true)]
    [InlineData("node.ip==fe80::/10", false)]
    [InlineData("node.ip==10.20.30", false)]
    [InlineData("node.ip!=10.20.30", false)]
    [InlineData("node.ip!=10.20.30.0/33", false)]
    public void Scenario_060_Keys_and_operators(string constraint, bool matches)
    {
        Assert.Equal(matches, ConstraintExpression.Parse(constraint).Matches(Sample));
    }

    [Fact]
    public void Scenario_060_Missing_facts_compare_as_empty()
    {
        var bare = new Node { Id = new NodeId("x") };

        string[] keys = ["node.hostname", "node.platform.os", "node.platform.arch", "node.labels.a", "engine.labels.a"];
        foreach (var key in keys)
        {
            Assert.False(ConstraintExpression.Parse(key + "==a").Matches(bare));
            Assert.True(ConstraintExpression.Parse(key + "!=a").Matches(bare));
        }

        Assert.False(ConstraintExpression.Parse("node.ip==10.0.0.1").Matches(bare));
        Assert.True(ConstraintExpression.Parse("node.ip!=10.0.0.1").Matches(bare));
    }

    [Theory]
    [InlineData("node.role", "constraint expected one operator from ==, !=")]
    [InlineData("node.role=manager", "constraint expected one operator from ==, !=")]
    [InlineData("", "constraint expected one operator from ==, !=")]
    [InlineData("1node==x", "key '1node' is invalid")]
    [InlineData(" ==x", "key '' is invalid")]
    [InlineData("a==x", "key 'a' is invalid")]
    [InlineData("no de==x", "key 'no de' is invalid")]
    [InlineData("node.id==", "value '' is invalid")]
    [InlineData("node.id!= ", "value '' is invalid")]
    [InlineData("node.id==a,b", "value 'a,b' is invalid")]
    [InlineData("node.id===a", "value '=a' is invalid")]
    [InlineData("node.id!=a==b", "key 'node.id!=a' is invalid")]
    public void Scenario_060_Bad_syntax_is_refused(string constraint, string message)
    {
        var error = Assert.Throws<SwarmException>(() => ConstraintExpression.Parse(constraint));

        Assert.Equal(message, error.Message);
        Assert.Equal(SwarmErrorCode.InvalidArgument, error.Code);
    }

    [Fact]
    public void All_constraints_of_a_set_must_hold()
    {
        Assert.True(ConstraintSet.Parse(["node.role==manager", "node.labels.Zone==east"]).Matches(Sample));
        Assert.False(ConstraintSet.Parse(["node.role==manager", "node.labels.Zone!=east"]).Matches(Sample));
        Assert.True(ConstraintSet.Of(null).Matches(Sample));
        Assert.Throws<SwarmException>(() => ConstraintSet.Parse(["node.role==manager", "oops"]));
    }
}
