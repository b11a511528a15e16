using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Swarm.Hosting.Wire;
using Swarm.Hosting.Wire.Mapping;
using Swarm.Hosting.Wire.Server;
using P = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Tests.Wire;

/// <summary>Nonsense from the wire is kept or refused, and never anything else.</summary>
public sealed class HostileMessageTests
{
    [Fact]
    public void Numbers_of_enums_that_are_not_known_are_kept()
    {
        var mount = new P.Mount { Type = (P.Mount.Types.Type)77, Consistency = (P.Mount.Types.Consistency)78 };
        var task = new P.Task { Id = "t", DesiredState = (P.TaskState)999, Spec = new() { Container = new() } };
        task.Meta = new() { Version = new() };
        task.Spec.Container.Mounts.Add(mount);
        var returned = task.ToRecord().ToWire();
        Assert.Equal((P.TaskState)999, returned.DesiredState);
        Assert.Equal(mount, Assert.Single(returned.Spec.Container.Mounts));
    }

    [Fact]
    public void A_description_that_would_fill_the_store_is_refused()
    {
        var request = new P.SessionRequest { Description = new() { Hostname = "n", Engine = new() } };
        request.Description.Engine.Labels["a"] = new string('x', WireLimits.MaxDescription - 100);
        ReportLimits.Require(request);
        request.Description.Engine.Labels["b"] = new string('x', 200);
        Assert.Equal(
            SwarmErrorCode.InvalidArgument,
            Assert.Throws<SwarmException>(() => ReportLimits.Require(request)).Code);
    }

    [Fact]
    public void Of_a_status_the_texts_may_be_long_and_nothing_else()
    {
        var request = new P.UpdateTaskStatusRequest();
        request.Updates.Add(new P.UpdateTaskStatusRequest.Types.TaskStatusUpdate
        {
            TaskId = "t",
            Status = new() { Err = new string('x', 1_000_000), Container = new() { ContainerId = "c" } },
        });
        ReportLimits.Require(request);
        request.Updates[0].Status.Container.ContainerId = new string('x', WireLimits.MaxStatus);
        Assert.Equal(
            SwarmErrorCode.InvalidArgument,
            Assert.Throws<SwarmException>(() => ReportLimits.Require(request)).Code);
    }

    [Theory]
    [InlineData(0L, -1)]
    [InlineData(0L, 1_000_000_000)]
    [InlineData(253_402_300_800L, 0)]
    [InlineData(-62_135_596_801L, 0)]
    [InlineData(long.MinValue, int.MinValue)]
    public void A_time_that_is_none_is_refused(long seconds, int nanos) =>
        AssertRefused(() => new P.Node { Meta = new() { CreatedAt = new() { Seconds = seconds, Nanos = nanos } } }
            .ToRecord());

    [Theory]
    [InlineData(1L, -1)]
    [InlineData(0L, 1_000_000_000)]
    [InlineData(315_576_000_001L, 0)]
    [InlineData(long.MaxValue, int.MaxValue)]
    public void A_duration_that_is_none_is_refused(long seconds, int nanos) => AssertRefused(() => new P.TaskSpec
    {
        Restart = new() { Delay = new Duration { Seconds = seconds, Nanos = nanos } },
    }.ToRecord());

    [Fact]
    public void A_record_that_the_wire_has_no_number_for_is_refused()
    {
        AssertRefused(() => new ServiceSpec { Mode = new ReplicatedMode(-1) }.ToWire());
        AssertRefused(() => new PortPublication(-1).ToWire());
        AssertRefused(() => new RestartPolicySpec(TimeSpan.MaxValue).ToWire());
    }

    [Fact]
    public void Messages_without_what_makes_them_are_refused()
    {
        AssertRefused(() => new P.ServiceSpec().ToRecord());
        AssertRefused(() => new P.StoreAction { Action = P.StoreActionKind.StoreActionCreate }.ToRecord());
        AssertRefused(() => new P.StoreAction { Node = new() }.ToRecord());
        AssertRefused(() => new P.SessionMessage().ToRecord());
        AssertRefused(() => new P.NetworkAttachment().ToRecord());
        AssertRefused(() => new P.GenericResource().ToRecord());
        AssertRefused(() => new P.LogSubscriptionOptions { Tail = 5 }.ToRecord());
        AssertRefused(() => new P.Task { Slot = ulong.MaxValue }.ToRecord());
        AssertRefused(() => new P.Cluster { RootCa = new() { CaCert = ByteString.CopyFrom(0xff) } }.ToRecord());
        var assignments = new P.AssignmentsMessage();
        assignments.Changes.Add(new P.AssignmentChange());
        AssertRefused(() => assignments.ToRecord());
    }

    [Fact]
    public void Empty_messages_of_objects_become_records()
    {
        Assert.Equal("", new P.Node().ToRecord().Key);
        Assert.Equal(SwarmTaskStatus.New, new P.Task().ToRecord().Status);
        Assert.Equal(TimeSpan.FromSeconds(5), new P.Cluster().ToRecord().Spec.HeartbeatPeriod);
    }

    [Fact]
    public void Damaged_messages_are_read_or_refused() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var message = new MessageFiller(random.Next(10)).Create(P.StoreAction.Descriptor);
        var bytes = message.ToByteArray();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        try
        {
            P.StoreAction.Parser.Read(bytes).ToRecord(new SharedRecords()).ToWire();
        }
        catch (SwarmException exception)
        {
            Assert.Equal(SwarmErrorCode.InvalidArgument, exception.Code);
        }
    }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static void AssertRefused(Func<object> convert)
    {
        var exception = Assert.Throws<SwarmException>(convert);
        Assert.Equal(SwarmErrorCode.InvalidArgument, exception.Code);
        Assert.StartsWith("malformed message: ", exception.Message, StringComparison.Ordinal);
    }

    private sealed record RestartPolicySpec(TimeSpan Delay)
    {
        public P.TaskSpec ToWire() => new TaskSpec { Restart = new() { Delay = Delay } }.ToWire();
    }
}
