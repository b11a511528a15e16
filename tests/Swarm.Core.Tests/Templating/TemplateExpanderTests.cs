using Swarm.Templating;

namespace Swarm.Core.Tests.Templating;

public sealed class TemplateExpanderTests
{
    private static readonly SwarmTask Sample = new()
    {
        Id = new("task1"),
        ServiceId = new("service1"),
        ServiceAnnotations = new()
        {
            Name = "web",
            Labels = [new("tier", "front"), new("a.b", "dotted")],
        },
        Slot = 3,
        NodeId = new("node1"),
        Spec = new(),
    };

    private static readonly NodeDescription Description = new()
    {
        Hostname = "host-7",
        Platform = new("x86_64", "linux"),
    };

    private static readonly TemplateContext Context = TemplateContext.ForTask(Sample, new("node1"), Description);

    [Theory]
    [InlineData("plain { text }", "plain { text }")]
    [InlineData("{{.Service.ID}} {{.Service.Name}}", "service1 web")]
    [InlineData("{{.Service.Labels}}", "map[a.b:dotted tier:front]")]
    [InlineData("{{.Service.Labels.tier}}", "front")]
    [InlineData("{{index .Service.Labels \"a.b\"}}", "dotted")]
    [InlineData("{{index .Service.Labels `a.b`}}", "dotted")]
    [InlineData("[{{index .Service.Labels \"none\"}}]", "[]")]
    [InlineData("{{.Node.ID}} {{.Node.Hostname}}", "node1 host-7")]
    [InlineData("{{.Node.Platform.Architecture}}/{{.Node.Platform.OS}}", "x86_64/linux")]
    [InlineData("{{.Node.Platform}}", "{x86_64 linux}")]
    [InlineData("{{.Task.ID}} {{.Task.Name}} {{.Task.Slot}}", "task1 web.3.task1 3")]
    [InlineData("{{ .Task.Slot }}", "3")]
    [InlineData("a {{- .Task.Slot -}} b", "a3b")]
    [InlineData("a {{- /* note */ -}} b", "ab")]
    [InlineData("a{{/* note */}}b", "ab")]
    [InlineData("{{\"quoted \\\"text\\\"\"}}", "quoted \"text\"")]
    [InlineData("{{`raw \\n`}}", "raw \\n")]
    [InlineData("{{\"{{\"}}", "{{")]
    [InlineData("{{42}} {{true}}", "42 true")]
    [InlineData("{{(index .Service.Labels \"tier\")}}", "front")]
    [InlineData("{{.Service.Name | print \"svc-\"}}", "svc-web")]
    [InlineData("{{join \"-\" .Service.Name .Task.Slot}}", "web-3")]
    [InlineData("{{len .Service.Name}}", "3")]
    [InlineData("line one\n{{.Task.Slot}}", "line one\n3")]
    public void A_template_is_filled_in(string template, string expected) =>
        Assert.Equal(expected, TemplateExpander.Expand(template, Context));

    [Fact]
    public void Slot_0_renders_the_id_of_the_node()
    {
        var context = TemplateContext.ForTask(Sample with { Slot = 0 }, new("node1"), Description);

        Assert.Equal("node1 web.node1.task1", TemplateExpander.Expand("{{.Task.Slot}} {{.Task.Name}}", context));
    }

    [Theory]
    [InlineData("{{.Nope}}", "1:2", ".Nope", "can't evaluate field Nope in type *template.Context")]
    [InlineData("x\ny{{ .Nope }}", "2:4", ".Nope", "can't evaluate field Nope in type *template.Context")]
    [InlineData("é{{.Nope}}", "1:4", ".Nope", "can't evaluate field Nope in type *template.Context")]
    [InlineData(
        "{{.Task.Nope}}",
        "1:7",
        ".Task.Nope",
        "can't evaluate field Nope in type struct { ID string; Name string; Slot string }")]
    [InlineData(
        "{{.Node.Platform.Nope}}",
        "1:7",
        ".Node.Platform.Nope",
        "can't evaluate field Nope in type template.Platform")]
    [InlineData("{{.Service.Labels.no}}", "1:10", ".Service.Labels.no", "map has no entry for key \"no\"")]
    [InlineData("{{.Task.ID.Nope}}", "1:7", ".Task.ID.Nope", "can't evaluate field Nope in type string")]
    [InlineData("{{index .Task.ID \"x\"}}", "1:2", "index", "error calling index: can't index item of type string")]
    public void A_template_that_cannot_be_evaluated_is_refused_in_gos_words(
        string template,
        string position,
        string expression,
        string message) =>
        A_template_that_is_not_valid_is_refused_in_gos_words(
            template,
            $"template: expansion:{position}: executing \"expansion\" at <{expression}>: {message}");

    [Theory]
    [InlineData("{{.Task.ID", "template: expansion:1: unclosed action")]
    [InlineData("\n{{", "template: expansion:2: unclosed action")]
    [InlineData("{{}}", "template: expansion:1: missing value for command")]
    [InlineData("{{nope}}", "template: expansion:1: function \"nope\" not defined")]
    [InlineData("{{\"x}}", "template: expansion:1: unterminated quoted string")]
    [InlineData("{{(.Task.ID}}", "template: expansion:1: unclosed left paren")]
    [InlineData("{{.Task.ID)}}", "template: expansion:1: unexpected right paren")]
    [InlineData("{{/* x }}", "template: expansion:1: unclosed comment")]
    public void A_template_that_is_not_valid_is_refused_in_gos_words(string template, string message)
    {
        var exception = Assert.Throws<SwarmException>(() => TemplateExpander.Expand(template, Context));

        Assert.Equal(SwarmErrorCode.InvalidArgument, exception.Code);
        Assert.Equal(message, exception.Message);
    }

    [Fact]
    public void Values_of_the_environment_mounts_volumes_and_the_host_name_are_expanded_and_nothing_else()
    {
        const string slot = "{{.Task.Slot}}";
        var spec = new ContainerSpec
        {
            Image = slot,
            Args = [slot],
            User = slot,
            Labels = [new("x", slot)],
            Hostname = $"web-{slot}",
            Environment = [new(slot, $"a={slot}"), new("UNSET", null)],
            Mounts =
            [
                new Mount
                {
                    Source = $"/src/{slot}",
                    Target = $"/target/{slot}",
                    Volume = new()
                    {
                        Labels = [new(slot, slot)],
                        Driver = new("local", [new("o", $"size={slot}")]),
                        Subpath = slot,
                    },
                },
            ],
        };

        var expanded = TemplateExpander.Expand(spec, Context);

        Assert.Equal(
            spec with
            {
                Hostname = "web-3",
                Environment = [new(slot, "a=3"), new("UNSET", null)],
                Mounts =
                [
                    new Mount
                    {
                        Source = "/src/3",
                        Target = "/target/3",
                        Volume = new()
                        {
                            Labels = [new(slot, "3")],
                            Driver = new("local", [new("o", "size=3")]),
                            Subpath = slot,
                        },
                    },
                ],
            },
            expanded);
    }

    [Fact]
    public void A_spec_without_templates_is_handed_back_as_it_is()
    {
        var spec = new ContainerSpec { Hostname = "web", Environment = [new("A", "b")] };

        Assert.Same(spec, TemplateExpander.Expand(spec, Context));
    }

    [Fact]
    public void Errors_in_a_spec_name_the_place()
    {
        Assert.Equal(
            "expanding hostname failed: template: expansion:1:2: executing \"expansion\" at <.Nope>: "
            + "can't evaluate field Nope in type *template.Context",
            Failure(new() { Hostname = "{{.Nope}}" }));
        Assert.Equal(
            "expanding env failed: expanding env \"A={{.Nope}}\": template: expansion:1:2: executing \"expansion\" "
            + "at <.Nope>: can't evaluate field Nope in type *template.Context",
            Failure(new() { Environment = [new("A", "{{.Nope}}")] }));
        Assert.StartsWith(
            "expanding mounts failed: expanding mount source \"{{.Nope}}\": template: expansion:1:2:",
            Failure(new() { Mounts = [new() { Source = "{{.Nope}}" }] }),
            StringComparison.Ordinal);

        static string Failure(ContainerSpec spec) => Assert
            .Throws<SwarmException>(() => TemplateExpander.Expand(spec, TemplateContext.Dummy))
            .Message;
    }

    [Fact]
    public void Long_texts_and_deep_parentheses_are_refused()
    {
        Assert.Throws<SwarmException>(() => TemplateExpander.Expand("{{.Task.ID}}" + new string('x', 70_000), Context));
        Assert.Throws<SwarmException>(() => TemplateExpander.Expand(
            $"{{{{{new string('(', 5_000)}1{new string(')', 5_000)}}}}}", Context));
    }
}
