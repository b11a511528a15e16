using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>/secrets</c>; no answer has the value of one.</summary>
internal static class SecretEndpoints
{
    private const string Kind = "secret";

    public static void Map(DockerRouter router)
    {
        router.Map(HttpMethods.Get, "/secrets", ListAsync);
        router.Map(HttpMethods.Post, "/secrets/create", CreateAsync);
        router.Map(HttpMethods.Get, "/secrets/{id}", InspectAsync);
        router.Map(HttpMethods.Post, "/secrets/{id}/update", UpdateAsync);
        router.Map(HttpMethods.Delete, "/secrets/{id}", RemoveAsync);

        // Ours: the engine cannot change the value of a secret.
        router.Map(HttpMethods.Post, "/secrets/{id}/rotate", RotateAsync);
    }

    private static async Task ListAsync(DockerCall call)
    {
        var filters = call.Filters("id", "name", "names", "label");
        var secrets = MatchingAsync(call.Client.Secrets, filters, call.Cancellation);
        await call.WriteListAsync(secrets, FileJson.Wire.FileDocument);
    }

    private static async Task InspectAsync(DockerCall call) =>
        await call.WriteAsync(Write(await FindAsync(call)), FileJson.Wire.FileDocument);

    private static async Task CreateAsync(DockerCall call)
    {
        var secrets = call.Client.Secrets;
        var document = await call.ReadAsync(FileJson.Wire.FileSpecDocument);
        try
        {
            FileText.CheckAge(call, document, Kind);
            var secret = await secrets.CreateAsync(Read(document), call.Cancellation);
            await call.WriteAsync(
                new FileCreatedDocument(secret.Id.Value),
                FileJson.Wire.FileCreatedDocument,
                StatusCodes.Status201Created);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(document.Data);
        }
    }

    private static async Task UpdateAsync(DockerCall call)
    {
        var document = await call.ReadAsync(FileJson.Wire.FileSpecDocument);
        try
        {
            var version = FileText.ReadVersion(call, Kind);
            var secret = await FindAsync(call);
            await call.Client.Secrets.UpdateAsync(secret.Id, version, Read(document), call.Cancellation);
            await call.DoneAsync();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(document.Data);
        }
    }

    private static async Task RotateAsync(DockerCall call)
    {
        var document = await call.ReadAsync(FileJson.Wire.FileRotationDocument);
        try
        {
            var secret = await FindAsync(call);
            var data = FileText.ReadData(document.Data);
            var next = await call.Client.Secrets.RotateAsync(secret.Id, data, call.Cancellation);
            await call.WriteAsync(new FileCreatedDocument(next.Id.Value), FileJson.Wire.FileCreatedDocument);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(document.Data);
        }
    }

    private static async Task RemoveAsync(DockerCall call)
    {
        var secret = await FindAsync(call);
        await call.Client.Secrets.RemoveAsync(secret.Id, call.Cancellation);
        await call.DoneAsync(StatusCodes.Status204NoContent);
    }

    private static Task<Secret> FindAsync(DockerCall call) => Lookups.FindSecretAsync(call, call["id"]);

    private static async IAsyncEnumerable<FileDocument> MatchingAsync(
        ISecretOperations secrets, DockerFilters filters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var secret in secrets.ListAsync(cancellationToken))
        {
            if (FileText.Matches(filters, secret.Id.Value, secret.Spec.Name, secret.Spec.Labels))
            {
                yield return Write(secret);
            }
        }
    }

    private static SecretSpec Read(FileSpecDocument document) => new()
    {
        Name = document.Name ?? "",
        Labels = document.Labels.ToValues(),
        Data = FileText.ReadData(document.Data),
        Driver = TaskSpecReader.ReadDriver(document.Driver),
        Templating = TaskSpecReader.ReadDriver(document.Templating),
    };

    private static FileDocument Write(Secret secret) => new()
    {
        Id = secret.Id.Value,
        Version = new(secret.Version.Index),
        CreatedAt = secret.CreatedAt,
        UpdatedAt = secret.UpdatedAt,
        Spec = new()
        {
            Name = secret.Spec.Name,
            Labels = secret.Spec.Labels.OrEmpty(),
            Driver = TaskSpecWriter.WriteDriver(secret.Spec.Driver),
            Templating = TaskSpecWriter.WriteDriver(secret.Spec.Templating),
        },
    };
}
