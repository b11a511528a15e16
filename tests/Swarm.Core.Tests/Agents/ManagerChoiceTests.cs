using Swarm.Agents;
using Swarm.Dispatch;

namespace Swarm.Core.Tests.Agents;

public class ManagerChoiceTests
{
    private static readonly ManagerPeer One = new(new NodeId("m1"), "m1:2377", 10);
    private static readonly ManagerPeer Two = new(new NodeId("m2"), "m2:2377", 10);

    [Fact]
    public void Without_managers_there_is_nothing_to_choose() => Assert.Null(new ManagerChoice(new Random(1)).Next());

    [Fact]
    public void Equal_managers_are_drawn_equally()
    {
        var choice = NewChoice();

        Assert.InRange(Count(choice, One), 400, 600);
    }

    [Fact]
    public void The_manager_that_failed_last_is_passed_over_unless_it_is_the_only_one()
    {
        var choice = NewChoice();
        choice.Observe(One, succeeded: false);
        Assert.Equal(0, Count(choice, One));

        choice.Set([One]);
        Assert.Equal(One, choice.Next());
    }

    [Fact]
    public void A_manager_that_failed_is_drawn_less_often_until_it_works_again()
    {
        var choice = NewChoice();
        choice.Observe(One, succeeded: false);
        choice.Observe(One, succeeded: false);
        choice.Observe(Two, succeeded: true);
        Assert.InRange(Count(choice, One), 1, 200);

        for (var i = 0; i < 10; i++)
        {
            choice.Observe(One, succeeded: true);
        }

        Assert.InRange(Count(choice, One), 400, 600);
    }

    private static ManagerChoice NewChoice()
    {
        var choice = new ManagerChoice(new Random(1));
        choice.Set([One, Two]);
        return choice;
    }

    private static int Count(ManagerChoice choice, ManagerPeer manager) =>
        Enumerable.Range(0, 1_000).Count(_ => choice.Next() == manager);
}
