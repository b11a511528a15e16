using System.Text.Json;
using System.Text.Json.Nodes;
using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting.Tests.DockerApi.Services;

public class ServiceWriterTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 20, 21, 17, 41, TimeSpan.Zero);

    [Fact]
    public void A_service_is_written_with_everything_that_happened_to_it()
    {
        ServiceSpec spec = new()
        {
            Name = "web",
            TaskTemplate = new() { Workload = new ContainerSpec { Image = "i:1" } },
            Mode = new GlobalJobMode(),
        };
        var service = new Service
        {
            Id = new("abc"),
            Version = new(7),
            CreatedAt = Time,
            UpdatedAt = Time.AddTicks(1_200_000),
            Spec = spec,
            PreviousSpec = spec with { Mode = new GlobalMode() },
            Endpoint = new()
            {
                Spec = new() { Ports = [new(80)] },
                Ports = [new(80, 30000, PortProtocol.Udp, PublishMode.Host, "n")],
                VirtualAddresses = [new(new("net"), "10.0.0.5/24")],
            },
            RolloutStatus = new(RolloutState.Paused, Time, Time.AddSeconds(1), "why"),
            JobStatus = new(new(3), Time),
        };
        JsonAssert.Same(
            JsonNode.Parse("""
                {"ID":"abc","Version":{"Index":7},"CreatedAt":"2026-11-20T21:17:41Z",
                "UpdatedAt":"2026-11-20T21:17:41.12Z",
                "Spec":{"Name":"web","Labels":{},"TaskTemplate":{"ContainerSpec":{"Image":"i:1","Isolation":"default"},
                "ForceUpdate":0,"Runtime":"container"},"Mode":{"GlobalJob":{}}},
                "PreviousSpec":{"Name":"web","Labels":{},"TaskTemplate":{"ContainerSpec":{"Image":"i:1",
                "Isolation":"default"},"ForceUpdate":0,"Runtime":"container"},"Mode":{"Global":{}}},
                "Endpoint":{"Spec":{"Mode":"vip","Ports":[{"Protocol":"tcp","TargetPort":80,"PublishMode":"ingress"}]},
                "Ports":[{"Name":"n","Protocol":"udp","TargetPort":80,"PublishedPort":30000,"PublishMode":"host"}],
                "VirtualIPs":[{"NetworkID":"net","Addr":"10.0.0.5/24"}]},
                "UpdateStatus":{"State":"paused","StartedAt":"2026-11-20T21:17:41Z",
                "CompletedAt":"2026-11-20T21:17:42Z","Message":"why"},
                "JobStatus":{"JobIteration":{"Index":3},"LastExecution":"2026-11-20T21:17:41Z"}}
                """)!,
            JsonSerializer.SerializeToNode(ServiceWriter.Write(service), ServiceJson.Wire.ServiceDocument));
    }

    [Fact]
    public void A_task_is_written_with_its_networks_and_where_it_stands()
    {
        var task = new SwarmTask
        {
            Id = new("t1"),
            Version = new(9),
            CreatedAt = Time,
            UpdatedAt = Time,
            Spec = new() { Workload = new ContainerSpec { Image = "i:1" } },
            ServiceId = new("s1"),
            Slot = 2,
            NodeId = new("n1"),
            Status = new()
            {
                Timestamp = Time,
                State = TaskState.Failed,
                Message = "started",
                Error = "task: non-zero exit (137)",
                Container = new("c1", 12, 137),
                Ports = [new(81, 8082, PortProtocol.Udp, PublishMode.Host)],
            },
            DesiredState = TaskState.Shutdown,
            AssignedGenericResources = [new NamedResource("gpu", "a")],
            JobIteration = default(ObjectVersion),
            Networks =
            [
                new()
                {
                    Network = new()
                    {
                        Id = new("net"),
                        Version = new(1),
                        CreatedAt = Time,
                        UpdatedAt = Time,
                        Spec = new() { Name = "front", Driver = new("overlay"), Attachable = true },
                        DriverState = new("overlay", [KeyValuePair.Create("vni", "4097")]),
                        Ipam = new() { Driver = new("default"), Configs = [new("10.0.1.0/24", Gateway: "10.0.1.1")] },
                    },
                    Addresses = ["10.0.1.3/24"],
                },
            ],
        };
        JsonAssert.Same(
            JsonNode.Parse("""
                {"ID":"t1","Version":{"Index":9},"CreatedAt":"2026-11-20T21:17:41Z","UpdatedAt":"2026-11-20T21:17:41Z",
                "Labels":{},"Spec":{"ContainerSpec":{"Image":"i:1","Isolation":"default"},"ForceUpdate":0},
                "ServiceID":"s1","Slot":2,"NodeID":"n1",
                "Status":{"Timestamp":"2026-11-20T21:17:41Z","State":"failed","Message":"started",
                "Err":"task: non-zero exit (137)","ContainerStatus":{"ContainerID":"c1","PID":12,"ExitCode":137},
                "PortStatus":{"Ports":[{"Protocol":"udp","TargetPort":81,"PublishedPort":8082,"PublishMode":"host"}]}},
                "DesiredState":"shutdown",
                "NetworksAttachments":[{"Network":{"ID":"net","Version":{"Index":1},"CreatedAt":"2026-11-20T21:17:41Z",
                "UpdatedAt":"2026-11-20T21:17:41Z","Spec":{"Name":"front","Labels":{},
                "DriverConfiguration":{"Name":"overlay"},"Attachable":true,"Scope":"swarm"},
                "DriverState":{"Name":"overlay","Options":{"vni":"4097"}},
                "IPAMOptions":{"Driver":{"Name":"default"},"Configs":[{"Subnet":"10.0.1.0/24","Gateway":"10.0.1.1"}]}},
                "Addresses":["10.0.1.3/24"]}],
                "GenericResources":[{"NamedResourceSpec":{"Kind":"gpu","Value":"a"}}],
                "JobIteration":{}}
                """)!,
            JsonSerializer.SerializeToNode(TaskWriter.Write(task), ServiceJson.Wire.TaskDocument));
    }
}
