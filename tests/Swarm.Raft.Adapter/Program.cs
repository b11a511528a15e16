using System.Text.Json;
using System.Text.Json.Nodes;
using Swarm.Raft.Adapter;

var cluster = new ScriptedCluster();
while (await Console.In.ReadLineAsync() is { } line)
{
    JsonObject answer;
    try
    {
        answer = cluster.Handle(JsonNode.Parse(line)!.AsObject());
    }
    catch (Exception error) when (error is not OutOfMemoryException)
    {
        answer = new JsonObject { ["fatal"] = $"{error.GetType().Name}: {error.Message}" };
    }

    await Console.Out.WriteLineAsync(answer.ToJsonString(JsonSerializerOptions.Default));
    await Console.Out.FlushAsync();
}
