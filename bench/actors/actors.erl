%% The programs of this folder for Erlang's processes: `erl -noshell -run actors start ring 10000 100`.
-module(actors).
-export([start/1]).

start(Args) -> main(Args), halt().

main(["ring", Members, Rounds]) ->
    N = list_to_integer(Members), Hops = N * list_to_integer(Rounds),
    Self = self(),
    All = [spawn(fun member/0) || _ <- lists:seq(1, N)],
    lists:foreach(fun({It, Next}) -> It ! {join, Next, Self} end,
                  lists:zip(All, tl(All) ++ [hd(All)])),
    Began = now_ms(),
    hd(All) ! {pass, Hops},
    receive {done, 0} -> say("ring ~b ~p~n", [Hops, now_ms() - Began]) end;
main(["pingpong", Times]) ->
    N = list_to_integer(Times),
    Wall = spawn(fun wall/0),
    Began = now_ms(),
    play(N, Wall),
    say("pingpong ~b ~p~n", [N, now_ms() - Began]);
main(["fanin", Senders, Each]) ->
    S = list_to_integer(Senders), E = list_to_integer(Each),
    Self = self(),
    Collector = spawn(fun() -> collect(0, S * E, Self) end),
    All = [spawn(fun() -> receive {send, N} -> [Collector ! {add, I} || I <- lists:seq(1, N)] end end)
           || _ <- lists:seq(1, S)],
    Began = now_ms(),
    [It ! {send, E} || It <- All],
    receive {sum, Sum} -> say("fanin ~b ~p~n", [Sum, now_ms() - Began]) end;
main(["idle", Number]) ->
    N = list_to_integer(Number),
    Began = now_ms(),
    All = [spawn(fun() -> worker(0) end) || _ <- lists:seq(1, N)],
    Made = now_ms(),
    say("idle ~b ~p~n", [length(All), Made - Began]);
main(["alive", Number]) ->
    N = list_to_integer(Number),
    Began = now_ms(),
    All = [spawn(fun() -> worker(0) end) || _ <- lists:seq(1, N)],
    Made = now_ms(),
    Places = list_to_tuple(All),
    [exit(element(1 + I * 7919 rem N, Places), kill) || I <- lists:seq(0, N div 100 - 1)],
    Asked = [begin M = monitor(process, It), It ! {add, 1, self(), M}, M end || It <- All],
    {Answers, Gone} = lists:foldl(fun(M, {A, G}) ->
        receive {M, _} -> {A + 1, G}; {'DOWN', M, _, _, _} -> {A, G + 1} end end, {0, 0}, Asked),
    say("alive ~b ~p~n", [Answers * 1000 + Gone, Made - Began]).

member() -> receive {join, Next, Done} -> member(Next, Done) end.
member(Next, Done) ->
    receive
        {pass, 0} -> Done ! {done, 0};
        {pass, N} -> Next ! {pass, N - 1}, member(Next, Done)
    end.

wall() -> receive {ping, N, Player} -> Player ! {pong, N}, wall() end.
play(0, _) -> ok;
play(N, Wall) -> Wall ! {ping, N - 1, self()}, receive {pong, M} -> play(M, Wall) end.

collect(Sum, 0, Done) -> Done ! {sum, Sum};
collect(Sum, Left, Done) -> receive {add, N} -> collect(Sum + N, Left - 1, Done) end.

worker(Sum) -> receive {add, K, From, Tag} -> From ! {Tag, Sum + K}, worker(Sum + K) end.

now_ms() -> erlang:monotonic_time(microsecond) / 1000.
say(Format, Values) -> io:format(Format, Values).
