namespace Swarm.Core.Tests.Model;

public sealed class ValueCollectionTests
{
    [Fact]
    public void Specs_with_equal_content_are_equal_and_hash_alike()
    {
        static ServiceSpec Make() => new()
        {
            Name = "web",
            Labels = [new("b", "2"), new("a", "1")],
            TaskTemplate = new TaskSpec
            {
                Workload = new ContainerSpec { Image = "x", Environment = [new("A", "1")], Command = ["run", "-v"] },
                Placement = new Placement { Constraints = ["node.role==manager"] },
            },
        };

        Assert.Equal(Make(), Make());
        Assert.Equal(Make().GetHashCode(), Make().GetHashCode());
        Assert.NotEqual(Make(), Make() with { Labels = [new("a", "1")] });
    }

    [Fact]
    public void Dictionaries_are_ordered_by_key_and_the_last_of_equal_keys_wins()
    {
        ValueDictionary<string> labels = [new("b", "1"), new("a", "2"), new("b", "3")];

        Assert.Equal(["a", "b"], labels.Select(e => e.Key));
        Assert.Equal("3", labels["b"]);
        Assert.Null(labels["c"]);
        Assert.Equal(labels, labels.With("c", "x").Without("c"));
        Assert.Equal("y", labels.With("a", "y")["a"]);
    }

    [Fact]
    public void Default_values_are_empty_and_equal_to_empty_ones()
    {
        Assert.Equal(default, (ValueList<string>)[]);
        Assert.Equal(default, (ValueDictionary<string>)[]);
        Assert.Empty(default(ValueList<int>));
        Assert.Throws<ArgumentOutOfRangeException>(() => default(ValueList<int>)[0]);
    }

    [Theory]
    [InlineData("A=1", "A", "1")]
    [InlineData("A=", "A", "")]
    [InlineData("A", "A", null)]
    [InlineData("A=b=c", "A", "b=c")]
    public void Environment_entries_survive_a_round_trip(string text, string name, string? value)
    {
        var entry = EnvironmentVariable.Parse(text);

        Assert.Equal((name, value), (entry.Name, entry.Value));
        Assert.Equal(text, entry.ToString());
    }
}
