using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>/configs</c>; clients older than configs do not find it.</summary>
internal static class ConfigEndpoints
{
    private const string Kind = "config";
    private const int Since = 30;

    public static void Map(DockerRouter router)
    {
        Map(router, HttpMethods.Get, "/configs", ListAsync);
        Map(router, HttpMethods.Post, "/configs/create", CreateAsync);
        Map(router, HttpMethods.Get, "/configs/{id}", InspectAsync);
        Map(router, HttpMethods.Post, "/configs/{id}/update", UpdateAsync);
        Map(router, HttpMethods.Delete, "/configs/{id}", RemoveAsync);

        // Ours: the engine cannot change the content of a config.
        Map(router, HttpMethods.Post, "/configs/{id}/rotate", RotateAsync);
    }

    private static void Map(DockerRouter router, string method, string pattern, DockerHandler handler) =>
        router.Map(method, pattern, call => call.Version.AtLeast(Since)
            ? handler(call)
            : throw DockerApiException.PageNotFound());

    private static async Task ListAsync(DockerCall call)
    {
        var filters = call.Filters("id", "name", "names", "label");
        var configs = MatchingAsync(call.Client.Configs, filters, call.Cancellation);
        await call.WriteListAsync(configs, FileJson.Wire.FileDocument);
    }

    private static async Task InspectAsync(DockerCall call) =>
        await call.WriteAsync(Write(await FindAsync(call)), FileJson.Wire.FileDocument);

    private static async Task CreateAsync(DockerCall call)
    {
        var configs = call.Client.Configs;
        var document = await call.ReadAsync(FileJson.Wire.FileSpecDocument);
        FileText.CheckAge(call, document, Kind);
        var config = await configs.CreateAsync(Read(document), call.Cancellation);
        await call.WriteAsync(
            new FileCreatedDocument(config.Id.Value),
            FileJson.Wire.FileCreatedDocument,
            StatusCodes.Status201Created);
    }

    private static async Task UpdateAsync(DockerCall call)
    {
        var document = await call.ReadAsync(FileJson.Wire.FileSpecDocument);
        var version = FileText.ReadVersion(call, Kind);
        var config = await FindAsync(call);
        await call.Client.Configs.UpdateAsync(config.Id, version, Read(document), call.Cancellation);
        await call.DoneAsync();
    }

    private static async Task RotateAsync(DockerCall call)
    {
        var document = await call.ReadAsync(FileJson.Wire.FileRotationDocument);
        var config = await FindAsync(call);
        var data = FileText.ReadData(document.Data);
        var next = await call.Client.Configs.RotateAsync(config.Id, data, call.Cancellation);
        await call.WriteAsync(new FileCreatedDocument(next.Id.Value), FileJson.Wire.FileCreatedDocument);
    }

    private static async Task RemoveAsync(DockerCall call)
    {
        var config = await FindAsync(call);
        await call.Client.Configs.RemoveAsync(config.Id, call.Cancellation);
        await call.DoneAsync(StatusCodes.Status204NoContent);
    }

    private static Task<Config> FindAsync(DockerCall call) => Lookups.FindConfigAsync(call, call["id"]);

    private static async IAsyncEnumerable<FileDocument> MatchingAsync(
        IConfigOperations configs, DockerFilters filters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var config in configs.ListAsync(cancellationToken))
        {
            if (FileText.Matches(filters, config.Id.Value, config.Spec.Name, config.Spec.Labels))
            {
                yield return Write(config);
            }
        }
    }

    private static ConfigSpec Read(FileSpecDocument document) => new()
    {
        Name = document.Name ?? "",
        Labels = document.Labels.ToValues(),
        Data = FileText.ReadData(document.Data),
        Templating = TaskSpecReader.ReadDriver(document.Templating),
    };

    private static FileDocument Write(Config config) => new()
    {
        Id = config.Id.Value,
        Version = new(config.Version.Index),
        CreatedAt = config.CreatedAt,
        UpdatedAt = config.UpdatedAt,
        Spec = new()
        {
            Name = config.Spec.Name,
            Labels = config.Spec.Labels.OrEmpty(),
            Data = config.Spec.Data.IsEmpty ? null : config.Spec.Data.AsSpan().ToArray(),
            Templating = TaskSpecWriter.WriteDriver(config.Spec.Templating),
        },
    };
}
