namespace Swarm.Scheduling;

/// <summary>Generic resources of a node that tasks hold.</summary>
/// <remarks>What is free follows from what the node has now, so a node that changes needs no repair.</remarks>
internal sealed class GenericClaims
{
    private readonly Dictionary<string, long> _amounts = new(StringComparer.Ordinal);
    private readonly Dictionary<NamedResource, int> _names = [];

    public bool IsEmpty => _amounts.Count == 0 && _names.Count == 0;

    public GenericClaims Clone()
    {
        var copy = new GenericClaims();
        copy.Add(this);
        return copy;
    }

    /// <summary>Tells whether every wanted amount is free.</summary>
    public static bool Suffices(
        ValueList<GenericResource> has,
        GenericClaims? claims,
        ValueList<GenericResource> wanted)
    {
        foreach (var want in wanted)
        {
            // A task may only ask for amounts; which units it gets is the scheduler's choice.
            if (want is not DiscreteResource(var kind, var amount) || CountFree(has, claims, kind) < amount)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Chooses what a task gets: amounts as asked, of named resources the first free ones.</summary>
    public static ValueList<GenericResource> Choose(
        ValueList<GenericResource> has,
        GenericClaims? claims,
        ValueList<GenericResource> wanted)
    {
        var chosen = new List<GenericResource>();
        foreach (var want in wanted)
        {
            if (want is not DiscreteResource(var kind, var amount) || amount <= 0)
            {
                continue;
            }

            var named = false;
            foreach (var resource in has)
            {
                if (resource is NamedResource unit && unit.ResourceKind == kind)
                {
                    named = true;
                    if (amount > 0 && claims?._names.ContainsKey(unit) is not true && !chosen.Contains(unit))
                    {
                        chosen.Add(unit);
                        amount--;
                    }
                }
            }

            if (!named)
            {
                chosen.Add(want);
            }
        }

        return chosen.ToValueList();
    }

    /// <summary>What is left of what a node has.</summary>
    public static ValueList<GenericResource> Free(ValueList<GenericResource> has, GenericClaims? claims)
    {
        if (claims is null || claims.IsEmpty)
        {
            return has;
        }

        var free = new List<GenericResource>();
        foreach (var resource in has)
        {
            switch (resource)
            {
                case DiscreteResource(var kind, var amount):
                    var left = amount - claims._amounts.GetValueOrDefault(kind);
                    if (left != 0)
                    {
                        free.Add(new DiscreteResource(kind, left));
                    }

                    break;
                case NamedResource unit when !claims._names.ContainsKey(unit):
                    free.Add(unit);
                    break;
                default:
                    break;
            }
        }

        return free.ToValueList();
    }

    private static long CountFree(ValueList<GenericResource> has, GenericClaims? claims, string kind)
    {
        var free = 0L;
        var discrete = false;
        foreach (var resource in has)
        {
            if (resource.ResourceKind != kind)
            {
                continue;
            }

            if (resource is DiscreteResource(_, var amount))
            {
                free += amount;
                discrete = true;
            }
            else if (resource is NamedResource unit && claims?._names.ContainsKey(unit) is not true)
            {
                free++;
            }
        }

        return discrete && claims is not null ? free - claims._amounts.GetValueOrDefault(kind) : free;
    }

    private void Add(GenericClaims other)
    {
        foreach (var (kind, amount) in other._amounts)
        {
            _amounts[kind] = amount;
        }

        foreach (var (unit, count) in other._names)
        {
            _names[unit] = count;
        }
    }

    public void Change(ValueList<GenericResource> held, int sign)
    {
        foreach (var resource in held)
        {
            switch (resource)
            {
                case DiscreteResource(var kind, var amount):
                    Shift(_amounts, kind, sign * amount);
                    break;
                case NamedResource unit:
                    Shift(_names, unit, sign);
                    break;
                default:
                    break;
            }
        }
    }

    private static void Shift<TKey, TNumber>(Dictionary<TKey, TNumber> counts, TKey key, TNumber by)
        where TKey : notnull
        where TNumber : System.Numerics.INumber<TNumber>
    {
        var now = counts.GetValueOrDefault(key, TNumber.Zero) + by;
        if (now == TNumber.Zero)
        {
            counts.Remove(key);
        }
        else
        {
            counts[key] = now;
        }
    }
}
