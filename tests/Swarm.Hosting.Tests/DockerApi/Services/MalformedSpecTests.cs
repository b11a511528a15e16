using System.Text;
using System.Text.Json;
using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting.Tests.DockerApi.Services;

public class MalformedSpecTests
{
    private const string Noise = "{}[]\":,0-9.eE\\u0000null true\u00e9";

    /// <summary>Whatever arrives is read or refused in a known way; what was read can be shown again.</summary>
    [Fact]
    public void A_damaged_spec_is_read_or_refused()
    {
        var random = new Random(20261121);
        var specs = RecordedDocuments.Read("service-requests").Select(d => d.ToJsonString()).ToArray();
        var (read, refused) = (0, 0);
        for (var i = 0; i < 5000; i++)
        {
            var text = new StringBuilder(specs[random.Next(specs.Length)]);
            for (var damage = random.Next(1, 4); damage > 0; damage--)
            {
                text[random.Next(text.Length)] = Noise[random.Next(Noise.Length)];
            }

            try
            {
                var document = JsonSerializer.Deserialize(text.ToString(), ServiceJson.Wire.ServiceSpecDocument)!;
                var spec = ServiceSpecReader.Read(ServiceApiAge.Adjust(document, new(1, random.Next(24, 51))));
                JsonSerializer.Serialize(ServiceSpecWriter.Write(spec), ServiceJson.Wire.ServiceSpecDocument);
                read++;
            }
            catch (Exception e) when (e is JsonException or DockerApiException or SwarmException)
            {
                refused++;
            }
        }

        Assert.InRange(read, 100, 4900);
        Assert.InRange(refused, 100, 4900);
    }

    [Theory]
    [InlineData("""{"TaskTemplate":{"ContainerSpec":{"Args":[null],"Mounts":[null],"Secrets":[null],"Env":[null]}}}""")]
    [InlineData("""{"TaskTemplate":{"ContainerSpec":{"Labels":{"a":null},"Healthcheck":null,"Init":null}}}""")]
    [InlineData("""{"TaskTemplate":{"ContainerSpec":{},"Placement":{"Preferences":[null,{},{"Spread":null}]}}}""")]
    [InlineData("""{"TaskTemplate":{"ContainerSpec":{},"Networks":[null,{}]},"EndpointSpec":{"Ports":[null]}}""")]
    [InlineData("""{"tasktemplate":{"containerspec":{"image":"i"}},"mode":null,"unknown":{"a":[1]}}""")]
    public void Nulls_other_cases_and_unknown_fields_are_read_as_go_reads_them(string json)
    {
        var document = JsonSerializer.Deserialize(json, ServiceJson.Wire.ServiceSpecDocument)!;
        foreach (var minor in new[] { 24, 40, 43, 50 })
        {
            var spec = ServiceSpecReader.Read(ServiceApiAge.Adjust(document, new(1, minor)));
            Assert.NotNull(ServiceSpecWriter.Write(spec).TaskTemplate);
        }
    }
}
