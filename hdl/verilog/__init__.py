"""Components as Verilog: conversion, shared modules, AXI4-Stream ports, the kept text."""
