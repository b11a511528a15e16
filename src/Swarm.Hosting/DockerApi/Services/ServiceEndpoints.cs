using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>/services</c>. Output is in <see cref="LogEndpoints"/>.</summary>
internal static class ServiceEndpoints
{
    public static void Map(DockerRouter router, Random names)
    {
        router.Map(HttpMethods.Get, "/services", ListAsync);
        router.Map(HttpMethods.Post, "/services/create", call => CreateAsync(call, names));
        router.Map(HttpMethods.Get, "/services/{id}", GetAsync);
        router.Map(HttpMethods.Post, "/services/{id}/update", UpdateAsync);
        router.Map(HttpMethods.Delete, "/services/{id}", DeleteAsync);
    }

    private static async Task ListAsync(DockerCall call)
    {
        var filters = call.Filters("id", "name", "label", "mode", "runtime");
        var status = call.StrictFlag("status") && call.Version.AtLeast(41);
        await call.WriteListAsync(ListAsync(call, filters, status), ServiceJson.Wire.ServiceDocument);
    }

    private static async IAsyncEnumerable<ServiceDocument> ListAsync(
        DockerCall call,
        DockerFilters filters,
        bool status)
    {
        var services = call.Client.Services;
        await foreach (var service in services.ListAsync(call.Cancellation))
        {
            if (!ServiceFilter.Matches(filters, service))
            {
                continue;
            }

            var document = ServiceWriter.Write(service);
            yield return status
                ? document with
                {
                    ServiceStatus = ServiceWriter.WriteStatus(
                        await services.GetStatusAsync(service.Id, call.Cancellation)),
                }
                : document;
        }
    }

    private static async Task GetAsync(DockerCall call)
    {
        var insertDefaults = call.StrictFlag("insertDefaults");
        var service = await Lookups.FindServiceAsync(call, call["id"]);
        var shown = insertDefaults ? service with { Spec = ServiceDefaults.Insert(service.Spec) } : service;
        await call.WriteAsync(ServiceWriter.Write(shown), ServiceJson.Wire.ServiceDocument);
    }

    private static async Task CreateAsync(DockerCall call, Random names)
    {
        var spec = RegistryAuth.Set(await ReadSpecAsync(call), SentCredentials(call));
        var service = spec.Name.Length > 0
            ? await call.Client.Services.CreateAsync(spec, call.Cancellation)
            : await CreateNamelessAsync(call, spec, names);
        await call.WriteAsync(
            new ServiceCreatedDocument { Id = service.Id.Value, Warnings = await ServiceWarnings.OfAsync(call, spec) },
            ServiceJson.Wire.ServiceCreatedDocument,
            StatusCodes.Status201Created);
    }

    private static async Task<Service> CreateNamelessAsync(DockerCall call, ServiceSpec spec, Random names)
    {
        const int attempts = 10;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var named = spec with { Name = RandomServiceName.Next(names) };
                return await call.Client.Services.CreateAsync(named, call.Cancellation);
            }
            catch (SwarmException taken) when (taken.Code == SwarmErrorCode.AlreadyExists && attempt < attempts)
            {
                // The name was ours to choose, so the next one will do.
            }
        }
    }

    private static async Task UpdateAsync(DockerCall call)
    {
        var sent = await ReadSpecAsync(call);
        var version = call.ObjectVersion("service");
        var current = await Lookups.FindServiceAsync(call, call["id"]);
        var spec = RegistryAuth.SetOrKeep(sent, SentCredentials(call), call.Query("registryAuthFrom") ?? "", current);
        _ = call.Query("rollback") switch
        {
            null or "" or "none" => await call.Client.Services.UpdateAsync(
                current.Id,
                version,
                spec,
                call.Cancellation),
            "previous" => await call.Client.Services.RollbackAsync(current.Id, version, call.Cancellation),
            var other => throw DockerApiException.BadRequest($"unrecognized rollback option {other}"),
        };
        await call.WriteAsync(
            new ServiceUpdatedDocument { Warnings = await ServiceWarnings.OfAsync(call, spec) },
            ServiceJson.Wire.ServiceUpdatedDocument);
    }

    private static async Task DeleteAsync(DockerCall call)
    {
        var service = await Lookups.FindServiceAsync(call, call["id"]);
        await call.Client.Services.RemoveAsync(service.Id, call.Cancellation);
        await call.DoneAsync();
    }

    private static async Task<ServiceSpec> ReadSpecAsync(DockerCall call)
    {
        // Outside of a swarm the answer is the same whatever was sent.
        _ = call.Client;
        var document = await call.ReadAsync(ServiceJson.Wire.ServiceSpecDocument);
        return ServiceSpecReader.Read(ServiceApiAge.Adjust(document, call.Version));
    }

    private static string SentCredentials(DockerCall call) => call.Http.Request.Headers["X-Registry-Auth"].ToString();
}
