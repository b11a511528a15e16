namespace Swarm.Templating;

/// <summary>A value with named fields; <paramref name="TypeName"/> is how Docker's error texts call its type.</summary>
internal sealed record TemplateStruct(string TypeName, OrderedDictionary<string, object?> Fields)
{
    internal static TemplateStruct Of(TemplateContext context) => new("*template.Context", new(StringComparer.Ordinal)
    {
        ["Service"] = new TemplateStruct(
            "struct { ID string; Name string; Labels map[string]string }",
            new(StringComparer.Ordinal)
            {
                ["ID"] = context.ServiceId,
                ["Name"] = context.ServiceName,
                ["Labels"] = context.ServiceLabels,
            }),
        ["Node"] = new TemplateStruct(
            "struct { ID string; Hostname string; Platform template.Platform }",
            new(StringComparer.Ordinal)
            {
                ["ID"] = context.NodeId,
                ["Hostname"] = context.NodeHostname,
                ["Platform"] = new TemplateStruct("template.Platform", new(StringComparer.Ordinal)
                {
                    ["Architecture"] = context.NodePlatform.Architecture,
                    ["OS"] = context.NodePlatform.OperatingSystem,
                }),
            }),
        ["Task"] = new TemplateStruct(
            "struct { ID string; Name string; Slot string }",
            new(StringComparer.Ordinal)
            {
                ["ID"] = context.TaskId,
                ["Name"] = context.TaskName,
                ["Slot"] = context.TaskSlot,
            }),
    });
}
