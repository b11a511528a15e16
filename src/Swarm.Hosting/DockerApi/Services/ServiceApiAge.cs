namespace Swarm.Hosting.DockerApi;

/// <summary>Drops from a client's spec what the API version it speaks does not know yet.</summary>
internal static class ServiceApiAge
{
    public static ServiceSpecDocument Adjust(ServiceSpecDocument spec, ApiVersion version) => spec with
    {
        // A job loses its mode and becomes a replicated service with one replica, as on the Engine.
        Mode = !version.AtLeast(41) && spec.Mode is not null
            ? spec.Mode with { ReplicatedJob = null, GlobalJob = null }
            : spec.Mode,
        TaskTemplate = spec.TaskTemplate is not { } task
            ? null
            : task with
            {
                ContainerSpec = task.ContainerSpec is null ? null : Adjust(task.ContainerSpec, version),
                Placement = !version.AtLeast(40) && task.Placement is not null
                    ? task.Placement with { MaxReplicas = 0 }
                    : task.Placement,
                Resources = !version.AtLeast(41) && task.Resources?.Limits is { } limits
                    ? task.Resources with { Limits = limits with { Pids = 0 } }
                    : task.Resources,
            },
    };

    private static ContainerSpecDocument Adjust(ContainerSpecDocument container, ApiVersion version)
    {
        if (!version.AtLeast(40))
        {
            container = container with
            {
                Sysctls = null,
                Configs = container.Configs?.Select(c => c is null ? null! : c with { Runtime = null }).ToArray(),
                Privileges = container.Privileges?.CredentialSpec is { } credentials
                    ? container.Privileges with { CredentialSpec = credentials with { Config = null } }
                    : container.Privileges,
            };
        }

        if (!version.AtLeast(41))
        {
            container = container with { CapabilityAdd = null, CapabilityDrop = null, Ulimits = null };
        }

        if (!version.AtLeast(44))
        {
            container = container with
            {
                Healthcheck = container.Healthcheck is null
                    ? null
                    : container.Healthcheck with { StartInterval = 0 },
                Privileges = container.Privileges is null
                    ? null
                    : container.Privileges with { Seccomp = null, AppArmor = null, NoNewPrivileges = false },
            };
        }

        return version.AtLeast(46)
            ? container
            : container with
            {
                OomScoreAdj = 0,
                Mounts = container.Mounts?.Select(WithoutTmpfsOptions).ToArray(),
            };
    }

    private static MountDocument WithoutTmpfsOptions(MountDocument mount) => mount?.TmpfsOptions is { } tmpfs
        ? mount with { TmpfsOptions = tmpfs with { Options = null } }
        : mount!;
}
