using SchedulerOnly;
using Swarm;
using Swarm.Scheduling;

// Docker's scheduler as a function: nodes and tasks in, a plan out. No swarm, no clock, no network.
//   dotnet run --project samples/SchedulerOnly
Node[] nodes =
[
    Machines.Node("paris-1", cores: 4, gigabytes: 16, ("zone", "paris")),
    Machines.Node("paris-2", cores: 4, gigabytes: 16, ("zone", "paris")),
    Machines.Node("rome-1", cores: 8, gigabytes: 32, ("zone", "rome")),
    Machines.Node("rome-2", cores: 8, gigabytes: 32, ("zone", "rome"), ("maintenance", "yes")),
];

// Four of a web server, evenly over the zones; two of a data base that wants more memory than Paris has; and a batch
// for which only the node in maintenance has room.
SwarmTask[] pending =
[
    .. Machines.Tasks("web", 4, new TaskSpec
    {
        Resources = Machines.Reserve(cores: 1, gigabytes: 2),
        Placement = new Placement { Preferences = [new PlacementPreference("node.labels.zone")] },
    }),
    .. Machines.Tasks("db", 2, new TaskSpec
    {
        Resources = Machines.Reserve(cores: 2, gigabytes: 24),
        Placement = new Placement { Constraints = ["node.labels.zone == paris"] },
    }),
    .. Machines.Tasks("batch", 1, new TaskSpec { Resources = Machines.Reserve(cores: 2, gigabytes: 31) }),
];

// Docker's own filters, and one of this program.
var scheduler = new Scheduler(filters: [.. SchedulingFilters.Default, new MaintenanceFilter()]);
var plan = scheduler.Schedule(nodes.Select(node => new NodeView(node)), pending);

var names = pending.ToDictionary(task => task.Id, task => $"{task.ServiceAnnotations.Name}.{task.Slot}");
foreach (var placement in plan.Assigned)
{
    Console.WriteLine($"{names[placement.Task]} -> {placement.Node}");
}

foreach (var unplaced in plan.Unplaced)
{
    Console.WriteLine($"{names[unplaced.Task]}: {unplaced.Explanation}");
}
