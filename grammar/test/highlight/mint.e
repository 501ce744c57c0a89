# A mint.
# <- comment
/** Makes purses. */
# <- comment.documentation
def makeMint(name :String, var count) :Mint {
# <- keyword
#   ^ function
#            ^ variable.parameter
#                  ^ type
#                          ^ keyword
#                              ^ variable.parameter
#                                      ^ type
    var balance := 0x1F + 1.5
    # <- keyword
    #   ^ variable
    #           ^ operator
    #              ^ number
    def purse implements DeepFrozen {
    #   ^ constructor
    #         ^ keyword
    #                    ^ type
        to deposit(amount :int, [src]) :void {
        # <- keyword
        #  ^ function.method
        #          ^ variable.parameter
        #                               ^ type
            balance += src.withdraw(amount)
            #       ^ operator
            #              ^ function.method.call
            return null
            # <- keyword.return
            #      ^ constant.builtin
        }
        match [verb, args] { E.call(src, verb, args) }
        # <- keyword
        #                    ^ variable.builtin
    }
    when (purse <- getBalance()) -> {
    # <- keyword.coroutine
    #           ^ operator
    #              ^ function.method.call
    #                            ^ operator
        traceln(`$name has ${purse::balance} left`)
        # <- function.call
        #       ^ string
        #        ^ punctuation.special
        #         ^ variable
        #             ^ string
        #                  ^ punctuation.special
        #                           ^ property
        #                                  ^ punctuation.special
    } catch problem { throw("no\n", problem, <file:a>, 'x') }
    # ^ keyword.exception
    #                       ^ string
    #                          ^ string.escape
    #                                         ^ module
    #                                                  ^ character
    if (balance =~ n :int && n > 0) { rx`a@b` }
    # <- keyword.conditional
    #           ^ operator
    #                 ^ type
    #                          ^ operator
    #                                 ^ function.macro
    purses with= (purse)
    #      ^ function.method.call
    #          ^ operator
}
